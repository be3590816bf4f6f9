import { peerWith, poolWith, profileWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'WrongType',
  cases: {
    'says milliseconds where a length of time was written': {
      object: profileWith({ receiveInterval: '300ms', transmitInterval: '1.5s', echoInterval: '50', detectMultiplier: '3s' }),
      refused: `spec.receiveInterval: is the string "300ms", must be a whole number; write milliseconds as a number: 300
spec.transmitInterval: is the string "1.5s", must be a whole number; write milliseconds as a number: 1500
spec.detectMultiplier: is the string "3s", must be a whole number
spec.echoInterval: is the string "50", must be a whole number; write echoInterval: 50, without quotes`,
    },
    'says the unit where a number was written': {
      object: peerWith({ holdTime: 90, connectTime: 5, routerID: 7 }),
      refused: `spec.holdTime: is the number 90, must be a string; write it with its unit: "90s"
spec.connectTime: is the number 5, must be a string; write it with its unit: "5s"
spec.routerID: is the number 7, must be a string; write it in quotes: "7"`,
    },
    'refuses a text where a list belongs': {
      object: poolWith('a', { addresses: '10.0.0.0/28' }),
      refused: 'spec.addresses: is the string "10.0.0.0/28", must be a list of strings; write addresses: ["10.0.0.0/28"]',
    },
  },
}
