import { bfd, celRefuses, community, dropped, type Example, misshapen, object, right } from './example.ts'

export const profilesAndCommunities: Readonly<Record<string, Example>> = {
  'is a BFDProfile without spec': right(bfd()),
  'is a BFDProfile with intervals': right(
    bfd({ receiveInterval: 150, transmitInterval: 150, detectMultiplier: 3, echoMode: true, minimumTtl: 254 }),
  ),
  'is a BFDProfile with an interval of 5 ms': misshapen(bfd({ receiveInterval: 5 }), '/spec/receiveInterval', 'spec.receiveInterval'),
  'is a BFDProfile with an interval above a minute': misshapen(
    bfd({ transmitInterval: 60001 }),
    '/spec/transmitInterval',
    'spec.transmitInterval',
  ),
  'is a BFDProfile with an echo interval of 9 ms': misshapen(bfd({ echoInterval: 9 }), '/spec/echoInterval', 'spec.echoInterval'),
  'is a BFDProfile with a multiplier of 1': misshapen(bfd({ detectMultiplier: 1 }), '/spec/detectMultiplier', 'spec.detectMultiplier'),
  'is a BFDProfile with a TTL of 255': misshapen(bfd({ minimumTtl: 255 }), '/spec/minimumTtl', 'spec.minimumTtl'),
  'is a BFDProfile with passive mode in words': misshapen(bfd({ passiveMode: 'on' }), '/spec/passiveMode', 'spec.passiveMode'),

  'is a Community with three names': right(
    community(
      { name: 'high-priority', value: '65000:100' },
      { name: 'backup-path', value: '65000:200' },
      { name: 'no-export', value: '65535:65281' },
    ),
  ),
  'is a Community with a large value': right(community({ name: 'far', value: 'large:65000:1:2' })),
  'is a Community without spec': right(object('Community', undefined)),
  'is a Community with a name without value': misshapen(community({ name: 'a' }), '/spec/communities/0', 'spec.communities[0].value'),
  'is a Community with an empty name': misshapen(
    community({ name: '', value: '1:1' }),
    '/spec/communities/0/name',
    'spec.communities[0].name',
  ),
  'is a Community with one number': celRefuses(
    community({ name: 'a', value: '65000' }),
    'spec.communities[0].value',
    'must be two numbers such as',
  ),
  'is a Community with another marker than large': celRefuses(
    community({ name: 'a', value: 'big:1:2:3' }),
    'spec.communities[0].value',
    'three after the word large',
  ),
  'is a Community with a number beyond 65535': celRefuses(
    community({ name: 'a', value: '1:65536' }),
    'spec.communities[0].value',
    'the numbers of a community end at 65535',
  ),
  'is a Community that defines a name twice': celRefuses(
    community({ name: 'a', value: '1:1' }, { name: 'a', value: '1:2' }),
    'spec.communities',
    'defines a name twice',
    'spec.communities[1].name',
  ),
  'is a Community with a colon in a name': celRefuses(
    community({ name: 'a:b', value: '1:1' }),
    'spec.communities[0].name',
    'a name has no colon',
  ),

  'is a ServiceL2Status without anything': right(object('ServiceL2Status', undefined)),
  'is a ServiceBGPStatus with an empty spec': right(object('ServiceBGPStatus', {})),
  'is a ConfigurationState without anything': right(object('ConfigurationState', undefined)),

  'is a BFDProfile with the shortest intervals': right(bfd({ receiveInterval: 10, transmitInterval: 10, echoInterval: 10 })),
  'is a BFDProfile with the longest intervals': right(bfd({ receiveInterval: 60000, transmitInterval: 60000, echoInterval: 60000 })),
  'is a BFDProfile with the bounds of the others': right(bfd({ detectMultiplier: 255, minimumTtl: 1, passiveMode: true })),
  'is a BFDProfile with a duration for an interval': misshapen(
    bfd({ receiveInterval: '300ms' }),
    '/spec/receiveInterval',
    'spec.receiveInterval',
  ),
  'is a BFDProfile with half a millisecond': misshapen(bfd({ transmitInterval: 50.5 }), '/spec/transmitInterval', 'spec.transmitInterval'),
  'is a BFDProfile with a multiplier of 256': misshapen(bfd({ detectMultiplier: 256 }), '/spec/detectMultiplier', 'spec.detectMultiplier'),
  'is a BFDProfile with a TTL of 0': misshapen(bfd({ minimumTtl: 0 }), '/spec/minimumTtl', 'spec.minimumTtl'),
  'is a BFDProfile with echo mode in quotes': misshapen(bfd({ echoMode: 'true' }), '/spec/echoMode', 'spec.echoMode'),
  'is a BFDProfile with a text for a spec': misshapen(bfd('fast'), '/spec', 'spec'),
  'is a BFDProfile with a misspelt multiplier': dropped(bfd({ detectMultiplyer: 3 }), '/spec', 'spec.detectMultiplyer'),
  'is a Community without any': right(community()),
  'is a Community with two names for one value': right(community({ name: 'a', value: '1:1' }, { name: 'b', value: '1:1' })),
  'is a Community with a value of zeros': right(community({ name: 'a', value: '0:0' })),
  'is a Community with the highest large value': right(community({ name: 'a', value: 'large:4294967295:4294967295:4294967295' })),
  'is a Community with a number as value': misshapen(
    community({ name: 'a', value: 65000 }),
    '/spec/communities/0/value',
    'spec.communities[0].value',
  ),
  'is a Community with a value without name': misshapen(community({ value: '1:1' }), '/spec/communities/0', 'spec.communities[0].name'),
  'is a Community with a map of names': misshapen(
    object('Community', { communities: { a: '1:1' } }),
    '/spec/communities',
    'spec.communities',
  ),
  'is a Community with texts in the list': misshapen(community('1:1'), '/spec/communities/0', 'spec.communities[0]'),
  'is a Community with a well-known name as value': celRefuses(
    community({ name: 'a', value: 'no-export' }),
    'spec.communities[0].value',
    'must be two numbers',
  ),
  'is a Community with an empty value': celRefuses(community({ name: 'a', value: '' }), 'spec.communities[0].value'),
  'is a Community with a large value beyond 32 bits': celRefuses(
    community({ name: 'a', value: 'large:1:1:4294967296' }),
    'spec.communities[0].value',
    'those of a large community at 4294967295',
  ),
  'is a Community with a space in a value': celRefuses(community({ name: 'a', value: '1: 1' }), 'spec.communities[0].value'),
  'is a Community with three numbers': celRefuses(community({ name: 'a', value: '1:2:3' }), 'spec.communities[0].value'),
}
