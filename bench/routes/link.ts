// Who speaks to whom in a transfer: the sender dials, the receiver waits.

export interface End {
  readonly address: string
  readonly asn: number
}

export const senderEnd: End = { address: '192.0.2.1', asn: 65001 }
export const receiverEnd: End = { address: '192.0.2.2', asn: 65002 }
export const prefixLength = 24
