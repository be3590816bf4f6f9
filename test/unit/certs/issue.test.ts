import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { expect } from 'chai'
import { issueAuthority, issueCertificate } from '../../../certs/issue.ts'

const now = Date.now()
const dates = { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + 86_400_000) }
const name = 'metallb-webhook-service.metallb-system.svc'

describe('An issued certificate', function () {
  // A busy machine is no failure.
  this.timeout(20_000)
  it('belongs to its authority, its key and its names', async () => {
    const authority = await issueAuthority({ commonName: 'metallb-1', organization: 'metallb', ...dates })
    const leaf = await issueCertificate({
      authority,
      subject: { commonName: name },
      dnsNames: [name, 'other'],
      addresses: ['10.0.0.1', 'fd00::1'],
      usage: 'server',
      ...dates,
    })
    const ca = new X509Certificate(authority.certificate)
    const certificate = new X509Certificate(leaf.certificate)
    expect(certificate.checkIssued(ca)).to.equal(true)
    expect(certificate.verify(ca.publicKey)).to.equal(true)
    expect(ca.verify(ca.publicKey)).to.equal(true)
    expect([ca.ca, certificate.ca]).to.deep.equal([true, false])
    expect(certificate.checkPrivateKey(createPrivateKey(leaf.key))).to.equal(true)
    expect(certificate.checkHost(name)).to.equal(name)
    expect(certificate.checkHost('stranger')).to.equal(undefined)
    expect([certificate.checkIP('10.0.0.1'), certificate.checkIP('fd00::1'), certificate.checkIP('10.0.0.2')]).to.deep.equal([
      '10.0.0.1',
      'fd00::1',
      undefined,
    ])
    expect(certificate.publicKey.asymmetricKeyDetails).to.deep.equal({ namedCurve: 'prime256v1' })
    expect(ca.subject).to.equal('O=metallb\nCN=metallb-1')
    expect(certificate.validToDate.getTime()).to.equal(Math.floor(dates.notAfter.getTime() / 1000) * 1000)
  })

  it('says who a client is, the way Kubernetes reads it', async () => {
    const authority = await issueAuthority({ commonName: 'ca', ...dates })
    const client = await issueCertificate({
      authority,
      subject: { commonName: 'system:node:n1, really', organizations: ['system:nodes', 'a+b'] },
      usage: 'client',
      ...dates,
    })
    const { subject } = new X509Certificate(client.certificate).toLegacyObject()
    expect({ ...subject }).to.deep.equal({ O: ['system:nodes', 'a+b'], CN: 'system:node:n1, really' })
  })

  it('is never the same twice', async () => {
    const both = await Promise.all([1, 2].map(() => issueAuthority({ commonName: 'ca', ...dates })))
    const [first, second] = both.map(({ certificate }) => new X509Certificate(certificate))
    expect(first?.serialNumber).to.match(/^(?:[0-7][0-9A-F])?(?:[0-9A-F]{2}){1,7}$/)
    expect(first?.serialNumber).to.not.equal(second?.serialNumber)
    expect(both[0]?.key).to.not.equal(both[1]?.key)
  })

  it('carries a TLS 1.3 handshake under the name of the Service, and under no other', async () => {
    const authority = await issueAuthority({ commonName: 'ca', ...dates })
    const leaf = await issueCertificate({ authority, subject: { commonName: name }, dnsNames: [name], usage: 'server', ...dates })
    const server = createServer({ cert: leaf.certificate, key: leaf.key, minVersion: 'TLSv1.3' }, (socket) => socket.end())
    server.on('tlsClientError', () => undefined)
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    const handshake = (servername: string, ca: string): Promise<string> =>
      new Promise((resolve) => {
        const socket: TLSSocket = connect({ port, host: '127.0.0.1', servername, ca }, () => {
          resolve(socket.getProtocol() ?? '')
          socket.destroy()
        })
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      })
    expect(await handshake(name, authority.certificate)).to.equal('TLSv1.3')
    expect(await handshake('stranger', authority.certificate)).to.equal('ERR_TLS_CERT_ALTNAME_INVALID')
    const stranger = await issueAuthority({ commonName: 'other', ...dates })
    expect(await handshake(name, stranger.certificate)).to.match(/UNABLE_TO_VERIFY|SELF_SIGNED/)
    server.close()
  })
})
