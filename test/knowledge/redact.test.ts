import assert from 'node:assert/strict';
import test from 'node:test';
import { redact, redactClaim, redactDeep } from '../../knowledge/redact.ts';
import { claim } from './build-claims.ts';

/** Invented, and put together here so that no scanner takes this file for a leak. */
const secrets: Readonly<Record<string, readonly [text: string, hidden: string]>> = {
  'password in a URL': ['see postgres://loader:W1nter-sun@db.acme.example/x', 'W1nter-sun'],
  'plain words as a password in a URL': [
    '-- postgres://ad_loader:not-a-real-password@db.acme.example:5432/m',
    'not-a-real-password',
  ],
  'password in a Snowflake URL': ['snowflake://etl:Xy7pQ!2w@acme.eu/db', 'Xy7pQ!2w'],
  'ODBC password': ['Server=db;Database=x;Uid=etl;Pwd=Zebra77;', 'Zebra77'],
  'quoted password': [`conn = connect(user="etl", password="tr0ub4dor")`, 'tr0ub4dor'],
  'password of letters': [`password: 'correcthorse'`, 'correcthorse'],
  'bare password in a comment': ['-- login etl, password: Summer2026!', 'Summer2026!'],
  'password in prose': ['the password is hunter2 for now', 'hunter2'],
  'env file': ['DB_PASSWORD=q9Fz81kk', 'q9Fz81kk'],
  'AWS key id': [`credentials (aws_key_id='AK${'IA'}Q3EGRIP7XH2LMNB4')`, 'Q3EGRIP7XH2LMNB4'],
  'AWS secret': [
    `aws_secret_key='kT8s1/Qm3${'z7WvB9nL2xRcY6fD4hJ0pA5gE1uK'}+o'`,
    'z7WvB9nL2xRcY6fD4hJ0pA5gE1uK',
  ],
  'end of an AWS secret behind its long name': [
    `aws_secret_access_key = ${'kT8s1Qm3z7WvB9nL2xRc'}${'Y6fD4hJ0pA5gE1uKo3Wq'}`,
    'E1uKo3Wq',
  ],
  'GitHub token': [
    `token ghp_${'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'}`,
    'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx',
  ],
  'Slack token': [
    `xoxb-${'23984754863-2348975623103-abcdefghijklmnopqrstuvwx'}`,
    '23984754863-2348975623103',
  ],
  'Stripe key': [`sk_live_${'4eC39HqLyjWDarjtT1zdp7dc'}`, '4eC39HqLyjWDarjtT1zdp7dc'],
  'Google key': [`key=AIza${'SyA1234567890abcdefghijklmnopqrstuv'}`, 'SyA1234567890abcdefghijklmnopqrstuv'],
  'Databricks token': [`dapi${'1234567890abcdef1234567890abcdef'}`, '1234567890abcdef1234567890abcdef'],
  JWT: [
    `Authorization: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${'dozjgNryP4J3jVmNHl0w5N'}`,
    'dozjgNryP4J3jVmNHl0w5N',
  ],
  'bearer token': ['Authorization: Bearer 7f3aKq90ZmmPwe21LLs8', '7f3aKq90ZmmPwe21LLs8'],
  'private key': [`-----BEGIN RSA ${'PRIVATE'} KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----`, 'MIIEow'],
  'private key that is cut off': [`-----BEGIN ${'PRIVATE'} KEY-----\nMIIEvQIBADAN`, 'MIIEvQIBADAN'],
  'API key in code': [`API_KEY = "c29tZ7h2bmRvbTk0a2V5"`, 'c29tZ7h2bmRvbTk0a2V5'],
  'API key in a comment': [
    `-- api_key: ${'9f8e7d6c5b4a39281706f5e4d3c2b1a0'}`,
    '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
  ],
  'API key in prose': [
    `the service key is ${'9f8e7d6c5b4a39281706f5e4d3c2b1a0'}`,
    '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
  ],
  'key of an unusual length': [
    `-- loader: sk-proj-${'Ab3dEf6hIj9lMn2pQr5tUv8x'}`,
    'Ab3dEf6hIj9lMn2pQr5tUv8x',
  ],
  'dbt Cloud token': [`dbtc_${'Ab3dEf6hIj9lMn2pQr5tUv8x'}`, 'Ab3dEf6hIj9lMn2pQr5tUv8x'],
  'Azure signature': [
    `https://a.blob.core.windows.net/c?sv=2022&sig=${'Ab3dEf6hIj9lMn2pQr5tUv8x%3D'}`,
    'Ab3dEf6hIj9lMn2pQr5tUv8x',
  ],
  email: [`where email = 'jane.doe+test@acme.co.uk'`, 'jane.doe'],
  'email outside ASCII': [`'jürgen@müller.example'`, 'jürgen'],
  'international phone': [`where phone = '+49 170 1234567'`, '170 1234567'],
  'American phone': [`'(415) 555-2671'`, '555-2671'],
  'IPv4 address': [`where ip = '203.0.113.77'`, '203.0.113.77'],
  'IPv6 address': [`'2001:db8:85a3::8a2e:370:7334'`, '8a2e'],
  'a comment cannot switch it off': [
    `-- secretlint-disable\nghp_${'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'}`,
    'wWPw5k4aXca',
  ],
};

const random = ['9fK2mQx7', 'Lp4Rw8Zt', 'Vb3Nc6Yd'].join('');
const named = {
  'api_key: @': ['stripe_', 'STRIPE_', 'my-', '"'],
  'apiKey: @': ['', 'stripe'],
  'api_key = @': ['my_', ''],
  'secret: @': ['client_', '  '],
  "secret' => '@'": ["'client_"],
  'token: @': ['', 'gitlab_', '- '],
  "token := '@": [''],
  "api-key is '@'": ['the ', 'X-'],
  'sig=@': ['https://a.example/c?', 'https://a.example/c?sv=1&', 'https://a.example/c?sv=1&amp;'],
};
for (const [form, befores] of Object.entries(named))
  for (const before of befores)
    test(`hides the value in: ${before}${form}`, () => {
      const result = redact(before + form.replace('@', random));
      assert.equal(result, before + form.replace('@', '«redacted:token»'));
    });

test('a text costs its length, whatever is in it', { timeout: 10_000 }, () => {
  const pieces = [
    ' ',
    '\n',
    'a.',
    '-eyJ',
    ';',
    '1.2.3.4 ',
    'a@',
    '://a:',
    "'",
    'token=',
    'password:',
    'key is ',
    '-----BEGIN ',
  ];
  for (const piece of pieces) redact(`=${piece.repeat(100_000 / piece.length)}!`);
});

for (const [name, [text, hidden]] of Object.entries(secrets)) {
  test(`hides: ${name}`, () => {
    const result = redact(text);
    assert.ok(!result.includes(hidden), result);
    assert.match(result, /«redacted:[a-z0-9-]+»/);
    assert.equal(redact(result), result, 'a second time changes nothing');
  });
}

const harmless = [
  `where commit_sha = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'`,
  `where id = '6fa459ea-ee8a-3ca4-894e-db77e160355e'`,
  `-- sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`,
  `where digest = 'rL0Y20zC+Fzt72VPzMSk2A=='`,
  'select password, password_hash, reset_token from users u join p on u.password = p.password',
  `password varchar(255) not null, token string`,
  `password: string`,
  `password: "{{ env_var('DBT_PASSWORD') }}"`,
  `"postgres://\${USER}:\${PASSWORD}@\${HOST}/db"`,
  `token: "session_token_id"`,
  `md5(concat(secret_key, '2024-01-01')) as surrogate_key`,
  `where day between '2026-01-01' and '2026-12-31' and at > '2026-03-29T01:30:00+02:00'`,
  `select 4155552671, 1234567890123456789, -123.456, 1e10`,
  'version 1.2.3.4 of dbt, postgres==12.4.0.1',
  'at 10:30:00 and 127.0.0.1, git@github.com:acme/pipelines.git',
  `{{ dbt_utils.generate_surrogate_key(['order_id', 'line_number']) }}`,
  'a ticket key: ABC-1234; primary key: order_id; tokens: 3',
  "regexp_extract(url, r'https?://([^/:]+)')",
  'the api key is order_id_of_orders_v4',
  'access_key = stg_accounts_2024_01_key',
  'arn:aws:secretsmanager:eu-west-1:865473395570:secret:PROD/Loader/ApiUser-oQ5I5m7',
  'const token: ApiTokenV2WithSecret',
  'client_secret: projects/acme-prod/secrets/loader_2024_v1',
  'token: string\nprimary_key: id\nsecret: "{{ var(\'loader_secret_2024_key_x1\') }}"',
  "unique_key = 'order_id', cluster_key = 'customer_2024_segment_ab12'",
  'token = get_secret_value_v2_of_abc123x("loader")',
  '@daily run by @acme/finance and dbt_utils@1.1.0',
];

for (const text of harmless) {
  test(`leaves alone: ${text.slice(0, 60)}`, () => assert.equal(redact(text), text));
}

test('owners keep their addresses, texts do not', () => {
  const owner = claim('owner', 'declared', { owner: 'ana@acme.example', source: 'meta' });
  assert.deepEqual(redactClaim(owner).value, owner.value);
  const caveat = claim('caveat', 'declared', { text: 'ask ana@acme.example' });
  assert.deepEqual(redactClaim(caveat).value, { text: 'ask «redacted:email»' });
});

test('redacts strings anywhere in JSON and keeps its shape', () => {
  assert.deepEqual(redactDeep({ a: ['x', { 'b@c.de': 'b@c.de' }], n: 1, z: null }), {
    a: ['x', { 'b@c.de': '«redacted:email»' }],
    n: 1,
    z: null,
  });
});
