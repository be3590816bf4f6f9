// What webhook, controller and speaker must agree on: defaults of flags from one ConfigMap, `metallb-settings`, mounted into each of them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serviceAdmissions } from '../core/namespace.ts'
import { nearest } from '../core/nearest.ts'
import type { LoadBalancerClasses } from '../core/service.ts'
import { wordsOf } from './api-error.ts'
import type { FlagTable } from './flags.ts'

/** Where the ConfigMap is mounted: one file per key. */
export const settingsFolder = '/etc/metallb/settings'

/** Every key of the ConfigMap, as the flag whose default it gives. A binary takes those that concern it. */
export const settingFlags = {
  'lb-class': {
    kind: 'text',
    default: '',
    setting: true,
    env: 'METALLB_LB_CLASS',
    help: 'serve only Services of this loadBalancerClass; otherwise those without a class and of every metallb.io/* class',
  },
  'lb-class-default': {
    kind: 'switch',
    default: true,
    setting: true,
    env: 'METALLB_LB_CLASS_DEFAULT',
    help: 'serve Services without a loadBalancerClass too; without meaning when --lb-class is set',
  },
  'pool-priority': {
    kind: 'text',
    default: 'highest',
    oneOf: ['highest', 'lowest'],
    setting: true,
    env: 'METALLB_POOL_PRIORITY',
    help: 'which serviceAllocation.priority is preferred; lowest is the order of MetalLB',
  },
  'ignore-exclude-lb': {
    kind: 'switch',
    default: false,
    setting: true,
    env: 'METALLB_IGNORE_EXCLUDE_LB',
    help: 'announce from nodes labeled node.kubernetes.io/exclude-from-external-load-balancers too',
  },
  'service-admission': {
    kind: 'text',
    default: 'enforce',
    oneOf: serviceAdmissions,
    setting: true,
    env: 'METALLB_SERVICE_ADMISSION',
    help: 'what to do with a wrong Service, unless annotation metallb.io/admission of its Namespace says otherwise',
  },
} as const satisfies FlagTable

/** Which Services are ours. */
export function classesOf(flags: { readonly 'lb-class': string; readonly 'lb-class-default': boolean }): LoadBalancerClasses {
  return flags['lb-class'] === '' ? { unset: flags['lb-class-default'] } : { only: flags['lb-class'] }
}

export interface Settings {
  /** By the names of the flags. */
  readonly values: Readonly<Record<string, string>>
  /** Complete sentences about what is in the folder and means nothing: no reason not to start, because an older version meets the keys of a newer one. */
  readonly warnings: readonly string[]
}

/** Reads the mounted ConfigMap; no folder is no settings. Throws when it is there and cannot be read. */
export function readSettings(folder: string): Settings {
  const values: Record<string, string> = {}
  const warnings: string[] = []
  for (const name of keysIn(folder)) {
    if (Object.hasOwn(settingFlags, name)) values[name] = readFileSync(join(folder, name), 'utf8').trim()
    else warnings.push(unknownKey(name))
  }
  return { values, warnings }
}

/** kubelet's own entries, links to the version that is in force, begin with two dots. */
function keysIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('..'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new Error(`cannot read the settings in ${folder}: ${wordsOf(error)}`, { cause: error })
  }
}

function unknownKey(name: string): string {
  const known = Object.keys(settingFlags)
  const guess = nearest(name, known)
  const hint = guess === undefined ? `known are ${known.join(', ')}` : `did you mean ${JSON.stringify(guess)}?`
  return `key ${JSON.stringify(name)} of ConfigMap metallb-settings means nothing: ${hint}`
}
