/** Which tables a synthetic monorepo has, and which reads which. */
import type { Dialect } from '../../schema/contracts/dialect.ts';
import { Random } from './random.ts';

export interface SyntheticOptions {
  /** Tables, sources among them; at least 20. */
  readonly tables: number;
  /** Layers above the sources; at least 2. */
  readonly depth: number;
  /** Tables that one table reads at most. */
  readonly fanOut: number;
  readonly dialect: Extract<Dialect, 'bigquery' | 'snowflake' | 'postgres'>;
  readonly seed: number;
}

export const shapes = ['staging', 'join', 'aggregate', 'incremental', 'latest', 'union', 'history', 'wide', 'view'] as const; // prettier-ignore
export type Shape = (typeof shapes)[number];

export interface PlannedTable {
  /** Its own name, which no other table has. */
  readonly name: string;
  readonly domain: string;
  readonly layout: 'dbt' | 'plain';
  readonly entity: string;
  /** 0: a source, which nothing builds. */
  readonly layer: number;
  /** Null for sources. */
  readonly shape: Shape | null;
  readonly upstream: readonly PlannedTable[];
}

const entities = ['order', 'customer', 'payment', 'session', 'invoice', 'shipment', 'ticket', 'campaign', 'device', 'subscription', 'refund', 'visit', 'contract', 'employee', 'store', 'product']; // prettier-ignore
const domains = ['sales', 'finance', 'growth', 'logistics', 'support', 'risk', 'people', 'product', 'ads', 'search', 'billing', 'partners']; // prettier-ignore

const shapeWeights: readonly (readonly [Shape, number])[] = [
  ['join', 26],
  ['aggregate', 20],
  ['incremental', 12],
  ['latest', 10],
  ['union', 8],
  ['history', 5],
  ['wide', 7],
  ['view', 12],
];

const tablesPerDomain = 150;
const sourceShare = 0.12;
const stagingShare = 0.28;

/** In an order in which every table stands after those that it reads. */
export function planTables(options: SyntheticOptions): PlannedTable[] {
  const count = Math.max(2, Math.round(options.tables / tablesPerDomain));
  const planned: PlannedTable[] = [];
  for (let index = 0; index < count; index += 1) {
    const from = Math.round((index * options.tables) / count);
    const to = Math.round(((index + 1) * options.tables) / count);
    planned.push(...planDomain(options, index, to - from));
  }
  return planned;
}

/** Domains do not read each other: every third is a folder of plain SQL, the others are folders of one dbt project. */
function planDomain(options: SyntheticOptions, index: number, size: number): PlannedTable[] {
  const domain = `${domains[index % domains.length]}${index < domains.length ? '' : Math.floor(index / domains.length)}`; // prettier-ignore
  const layout = index % 3 === 1 ? 'plain' : 'dbt';
  const random = new Random(options.seed, `domain ${domain}`);
  const sources = Math.max(2, Math.round(size * sourceShare));
  const staging = Math.max(sources, Math.round(size * stagingShare));
  const layers: PlannedTable[][] = Array.from({ length: options.depth + 1 }, () => []);
  for (let at = 0; at < size; at += 1) {
    const layer = at < sources ? 0 : at < sources + staging ? 1 : layerOf(at - sources - staging, size - sources - staging, options.depth); // prettier-ignore
    const shape = layer === 0 ? null : layer === 1 ? 'staging' : random.weighted(shapeWeights);
    const upstream = layer === 0 ? [] : chooseUpstream(layers, layer, shape, at - sources, options, random);
    const entity = upstream[0]?.entity ?? random.pick(entities);
    const prefix = layer === 0 ? 'raw' : layer === 1 ? 'stg' : layer === options.depth ? 'mart' : 'int';
    const table = { name: `${prefix}_${domain}_${entity}_${at}`, domain, layout, entity, layer, shape, upstream } as const; // prettier-ignore
    (layers[layer] as PlannedTable[]).push(table);
  }
  return layers.flat();
}

/** The layers above staging, one after the other, each a little smaller than the one below. */
function layerOf(place: number, of: number, depth: number): number {
  return Math.min(depth, 2 + Math.floor((depth - 1) * (place / of) ** 1.3));
}

function chooseUpstream(
  layers: readonly (readonly PlannedTable[])[],
  layer: number,
  shape: Shape | null,
  place: number,
  { fanOut }: SyntheticOptions,
  random: Random,
): PlannedTable[] {
  const below = layers.slice(0, layer).findLast((tables) => tables.length > 0) ?? [];
  // Every source has a staging view.
  if (layer === 1) return [below[place % below.length] as PlannedTable];
  const wanted = shape === 'join' ? random.between(2, Math.max(2, fanOut)) : shape === 'union' ? 2 : 1;
  const candidates = layers.slice(1, layer).flat();
  const chosen = new Set([random.pick(below)]);
  for (let tries = 0; chosen.size < wanted && tries < 4 * wanted; tries += 1) chosen.add(random.pick(candidates)); // prettier-ignore
  return [...chosen];
}
