/** Hexadecimal digits, spaces allowed. */
export const octets = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(/\s/g, ''))

export const marker = 'ffffffff ffffffff ffffffff ffffffff'
