// Twilio's own Node library as judge: signatures, and every word of our TwiML against its types.
// Reads one job as JSON from standard input, writes what it found. Argument: where npm installed it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.argv[2], 'package.json'))
const { getExpectedTwilioSignature, validateRequest } = require('twilio/lib/webhooks/webhooks')
const types = readFileSync(require.resolve('twilio/lib/twiml/VoiceResponse').replace(/\.js$/, '.d.ts'), 'utf8')

const unions = new Map()
for (const [, name, values] of types.matchAll(/type (\w+) = ([^;]+);/g)) {
  unions.set(name, new Set([...values.matchAll(/"([^"]*)"/g)].map((found) => found[1])))
}

const interfaces = new Map()
for (const [, name, body] of types.matchAll(/export interface (\w+Attributes) \{([^}]*)\}/g)) {
  const known = interfaces.get(name) ?? new Map()
  for (const [, field, kind] of body.matchAll(/^\s*'?([\w:-]+)'?\?: ([^;]+);/gm)) known.set(field, kind)
  interfaces.set(name, known)
}

// Which verbs may stand in which: the methods of each class.
const classes = new Map()
for (const part of types.split(/(?:declare|export) class /).slice(1)) {
  const name = part.match(/^\w+/)[0]
  classes.set(name, new Set([...part.matchAll(/^\s+(\w+)\(/gm)].map((found) => found[1].replace(/_$/, ''))))
}

const typeNames = { Response: 'VoiceResponse', prosody: 'SsmlProsody', break: 'SsmlBreak' }
const lower = (tag) => tag[0].toLowerCase() + tag.slice(1)

function fits(kind, value) {
  if (kind.endsWith('[]')) return value.split(' ').every((one) => fits(kind.slice(0, -2), one))
  if (kind === 'number') return /^\d+$/.test(value)
  if (kind === 'boolean') return value === 'true' || value === 'false'
  if (kind === 'string') return true
  if (unions.has(kind)) return unions.get(kind).has(value)
  return false
}

let checked = 0
const wrong = []
function check(good, what) {
  checked += 1
  if (!good) wrong.push(what)
}

function look(document, { tag, parent, attributes }) {
  const name = typeNames[tag] ?? tag
  if (parent === null) check(tag === 'Response', `${document}: <${tag}> at the top`)
  else check(classes.get(typeNames[parent] ?? parent)?.has(lower(tag)), `${document}: <${tag}> in <${parent}>`)
  const known = interfaces.get(`${name}Attributes`) ?? new Map()
  for (const [attribute, value] of Object.entries(attributes)) {
    const kind = known.get(attribute)
    check(kind !== undefined, `${document}: <${tag} ${attribute}> is not known`)
    if (kind !== undefined) check(fits(kind, value), `${document}: ${attribute}="${value}" is no ${kind}`)
  }
}

const job = JSON.parse(readFileSync(0, 'utf8'))
for (const { name, elements } of job.documents) for (const element of elements) look(name, element)
process.stdout.write(
  JSON.stringify({
    signatures: job.sign.map(({ url, params }) => getExpectedTwilioSignature(job.token, url, params)),
    verified: job.verify.map(({ url, params, signature }) => validateRequest(job.token, signature, url, params)),
    known: { interfaces: interfaces.size, voices: unions.get('SayVoice').size },
    checked,
    wrong,
  }),
)
