import { expect } from 'chai'
import { evaluateOurs } from '../../../cel/ours.ts'

const holds: Readonly<Record<string, readonly string[]>> = {
  'of addresses': [
    'ip("192.0.2.1").family() == 4 && ip("2001:DB8::1").family() == 6',
    'string(ip("2001:DB8:0::1")) == "2001:db8::1"',
    '!isIP("010.1.1.1") && !isIP("::ffff:1.2.3.4") && !isIP("fe80::1%eth0") && !isIP("1.2.3") && !isIP("") && isIP("::")',
    'ip.isCanonical("2001:db8::1") && !ip.isCanonical("2001:DB8::1")',
    'ip("0.0.0.0").isUnspecified() && ip("::").isUnspecified() && !ip("::1").isUnspecified()',
    'ip("127.9.9.9").isLoopback() && ip("::1").isLoopback() && !ip("128.0.0.1").isLoopback()',
    'ip("224.0.0.251").isLinkLocalMulticast() && ip("ff02::1").isLinkLocalMulticast() && !ip("224.0.1.1").isLinkLocalMulticast()',
    'ip("169.254.1.1").isLinkLocalUnicast() && ip("fe80::1").isLinkLocalUnicast() && !ip("fec0::1").isLinkLocalUnicast()',
    'ip("192.0.2.1").isGlobalUnicast() && ip("10.0.0.1").isGlobalUnicast() && !ip("255.255.255.255").isGlobalUnicast() && !ip("fe80::1").isGlobalUnicast()',
    'ip("::1") == ip("0::1") && ip("1.2.3.4") != ip("1.2.3.5")',
    'type(ip("::1")) == net.IP && type(cidr("::/0")) == net.CIDR',
  ],
  'of CIDRs': [
    'cidr("10.0.0.0/8").containsIP("10.255.255.255") && !cidr("10.0.0.0/8").containsIP(ip("11.0.0.0"))',
    'cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && !cidr("10.0.0.0/8").containsCIDR("10.0.0.0/7") && !cidr("::/0").containsCIDR("10.0.0.0/8")',
    'cidr("10.1.2.3/8").masked() == cidr("10.0.0.0/8") && cidr("10.1.2.3/8") != cidr("10.0.0.0/8")',
    'cidr("10.1.2.3/8").ip() == ip("10.1.2.3") && cidr("2001:db8::/32").prefixLength() == 32',
    'string(cidr("2001:DB8::/32")) == "2001:db8::/32"',
    '!isCIDR("10.0.0.0/08") && !isCIDR("10.0.0.0") && !isCIDR("10.0.0.0/33") && !isCIDR("::ffff:1.2.3.4/96") && isCIDR("0.0.0.0/0")',
  ],
  'of strings': [
    '"äö😀x".size() == 4 && "äö😀x".charAt(2) == "😀" && "äö😀x".substring(2) == "😀x" && "äö😀x".indexOf("x") == 3',
    '"äö😀x".reverse() == "x😀öä" && "ÄbC".lowerAscii() == "Äbc" && "äbC".upperAscii() == "äBC"',
    '"a-b-c".split("-") == ["a", "b", "c"] && "a-b-c".split("-", 2) == ["a", "b-c"] && "a".split("-", 0) == []',
    '["a", "b"].join("-") == "a-b" && ["a", "b"].join() == "ab" && "abc".replace("b", "xy") == "axyc" && "aaa".replace("a", "b", 2) == "bba"',
    '"ab".replace("", "-") == "-a-b-" && "  a ".trim() == "a" && strings.quote("a\\"b\\n") == "\\"a\\\\\\"b\\\\n\\""',
    '"hello".find("l+") == "ll" && "hello".find("x") == "" && "a1b22".findAll("[0-9]+") == ["1", "22"] && "a1b22".findAll("[0-9]", 2) == ["1", "2"]',
    '"web-1".matches("^[a-z]+-[0-9]$") && "xweb".matches("web") && !"web".matches("^b")',
    '"%s %d %x %.2f %e %b %o %%".format(["a", 10, 255, 1.005, 12.5, 5, 8]) == "a 10 ff 1.00 1.250000e+01 101 10 %"',
    '"%s".format([[1, "a", {"b": 2.5}]]) == "[1, a, {b: 2.5}]"',
  ],
  'of lists': [
    '[1, 2, 3].sum() == 6 && [1.5, 2.5].sum() == 4.0 && [].sum() == 0 && [3, 1, 2].min() == 1 && ["a", "c", "b"].max() == "c"',
    '[1, 2, 2].isSorted() && ![2, 1].isSorted() && [].isSorted() && [1, 2, 1].indexOf(1) == 0 && [1, 2, 1].lastIndexOf(1) == 2 && [1].indexOf(2) == -1',
    '[3, 1, 2].sort() == [1, 2, 3] && [1, 1, 2].distinct() == [1, 2] && [[1], [2, [3]]].flatten() == [1, 2, [3]] && [1, 2, 3].slice(1, 2) == [2]',
    'lists.range(3) == [0, 1, 2] && [1, 2].reverse() == [2, 1]',
    'sets.contains([1, 2, 3], [3, 1]) && sets.intersects([1, 2], [2, 3]) && sets.equivalent([1, 2, 2], [2, 1]) && !sets.equivalent([1], [1, 2])',
  ],
  'of times': [
    'timestamp("2026-03-29T01:30:00Z").getHours("Europe/Berlin") == 3 && timestamp("2026-03-29T00:30:00Z").getHours("Europe/Berlin") == 1',
    'timestamp("2026-11-21T23:30:00Z").getDayOfMonth("+02:00") == 21 && timestamp("2026-11-21T23:30:00Z").getDate() == 21',
    'timestamp("2024-12-31T00:00:00Z").getDayOfYear() == 365 && timestamp("2026-11-21T00:00:00Z").getDayOfWeek() == 6',
    'timestamp("2026-01-01T00:00:00.123456789Z") + duration("1ns") == timestamp("2026-01-01T00:00:00.12345679Z")',
    'string(timestamp("2026-01-01T01:00:00+01:00")) == "2026-01-01T00:00:00Z" && string(duration("1h30m")) == "5400s"',
    'timestamp("2026-01-02T00:00:00Z") - timestamp("2026-01-01T00:00:00Z") == duration("24h") && duration("90s").getMinutes() == 1',
  ],
  'of numbers': [
    '7 / -2 == -3 && 7 % -2 == 1 && -7 % 2 == -1 && 7.0 / 2.0 == 3.5 && int(2.9) == 2 && int(-2.9) == -2',
    'dyn(1) == 1.0 && dyn(1u) == 1 && 1 < dyn(1.5) && !(dyn(0.0 / 0.0) == 0.0 / 0.0)',
    'string(1e100) == "1e+100" && string(0.00001) == "1e-05" && string(1.0) == "1" && double("1e3") == 1000.0',
  ],
}

const fails: Readonly<Record<string, string>> = {
  'ip(dyn("010.1.1.1")).family() == 4': 'ip(): "010.1.1.1" is no IP address: "010" has a leading zero (write "10")',
  'cidr(dyn("10.0.0.0")).prefixLength() == 8': 'cidr(): "10.0.0.0" is no CIDR: it has no "/" with a prefix length',
  '9223372036854775807 + 1 == 0': 'integer overflow',
  '-(-9223372036854775807 - 1) == 0': 'integer overflow',
  '(-9223372036854775807 - 1) / -1 == 0': 'integer overflow',
  'int(9223372036854775807.0) == 0': 'integer overflow',
  'uint(-1) == 0u': 'unsigned integer overflow',
  '1 % 0 == 0': 'modulus by zero',
  'int(" 1") == 1': 'the string is no integer',
  '[1, 2][2] == 1': 'there is no item 2 in a list of 2',
  '[1, 2][-1] == 1': 'there is no item -1 in a list of 2',
  '{"a": 1}["b"] == 1': 'there is no key "b"',
  '{"a": 1, "a": 2}.size() == 1': 'a map cannot hold the key "a" (again)',
  '[].min() == 1': 'an empty list has neither min() nor max()',
  '"abc".substring(2, 1) == ""': 'a substring cannot end at 1 when it begins at 2',
  '"abc".charAt(4) == ""': 'position 4 is outside of a string of 3',
  '"%d".format(["a"]) == ""': '%d does not write a string',
  '"%d %d".format([1]) == ""': 'format() has 1 values, and the text asks for more',
  'optional.none().value() == 1': 'the optional value is absent (ask hasValue() or use orValue())',
  'timestamp("2026-01-01T00:00:00Z").getHours("Nowhere/City") == 0': 'there is no time zone "Nowhere/City"',
  'dyn("a") + 1 == 2': '"+" does not take string and int',
  'dyn(1).startsWith("a")': 'startsWith does not take int, string',
  '[1].exists(x, x / 0 == 1)': 'division by zero',
  'lists.range(1001).size() == 1': 'lists.range() makes at most 1000 items',
}

function test(source: string): ReturnType<typeof evaluateOurs> {
  return evaluateOurs({ section: '', source, variables: {}, bindings: {}, expected: '', isUnchecked: false })
}

describe('the functions of CEL', () => {
  for (const [what, sources] of Object.entries(holds)) {
    for (const source of sources) it(`${what} hold: ${source}`, () => expect(test(source)).to.deep.equal({ text: 'true' }))
  }
  for (const [source, reason] of Object.entries(fails)) {
    it(`fail: ${source}`, () => expect(test(source)).to.deep.equal({ text: 'error', reason }))
  }
})
