import { expect } from 'chai'
import { drifted } from '../../../schemas/generate.ts'

describe('The generated files', () => {
  it('are what the CRDs say', () => {
    expect(drifted(), 'run `npm run generate` and commit the result').to.deep.equal([])
  })
})
