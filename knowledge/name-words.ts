/** Habits of naming, and of business, that hide the words that people would say. */
const abbreviations: ReadonlyMap<string, string> = new Map(
  Object.entries({
    acct: 'account',
    acq: 'acquisition',
    addr: 'address',
    agg: 'aggregate',
    amt: 'amount',
    aov: 'average order value',
    arr: 'annual recurring revenue',
    attr: 'attribute',
    avg: 'average',
    cac: 'customer acquisition cost',
    cat: 'category',
    cnt: 'count',
    cust: 'customer',
    dau: 'daily active users',
    desc: 'description',
    dim: 'dimension',
    dt: 'date',
    emp: 'employee',
    eu: 'european union',
    fct: 'fact',
    fx: 'foreign exchange',
    gmv: 'gross merchandise value',
    hist: 'history',
    inv: 'inventory',
    kpi: 'key figure',
    ltv: 'lifetime value',
    mau: 'monthly active users',
    mrr: 'monthly recurring revenue',
    mth: 'month',
    nps: 'net promoter score',
    num: 'number',
    org: 'organization',
    pct: 'percent',
    pnl: 'profit and loss',
    prod: 'product',
    qty: 'quantity',
    ref: 'reference',
    rev: 'revenue',
    roi: 'return on investment',
    sess: 'session',
    sku: 'product',
    sla: 'service level agreement',
    stg: 'staging',
    sub: 'subscription',
    subs: 'subscription',
    tmp: 'temporary',
    trx: 'transaction',
    ts: 'timestamp',
    txn: 'transaction',
    uk: 'united kingdom',
    usr: 'user',
    wau: 'weekly active users',
  }),
);

/** Words of an identifier, lower case, in order: `fctOrders_v2` → fct, orders, v2. */
function nameWords(name: string): string[] {
  return name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Words as a person would say them: common abbreviations written out, where they are several words too. */
export function spokenWords(name: string): string[] {
  return nameWords(name).flatMap((word) => abbreviations.get(word)?.split(' ') ?? word);
}

/** Last part of a table id: the table's own name, without quotes. */
export function shortName(table: string): string {
  const quoted = /"((?:[^"]|"")*)"$/.exec(table);
  if (quoted) return (quoted[1] ?? '').replaceAll('""', '"');
  return table.slice(table.lastIndexOf('.') + 1);
}
