import assert from 'node:assert/strict';
import test from 'node:test';
import { z } from 'zod';
import { strictSchema, strictSchemaProblems } from '../../../inference/model/strict-schema.ts';

test('a contract of required, nullable and listed parts is strict', () => {
  const contract = z.strictObject({
    name: z.string().nullable(),
    size: z.enum(['s', 'm']).nullable(),
    parts: z.array(z.strictObject({ line: z.int().positive() })).max(3),
  });
  const schema = strictSchema(contract);
  assert.equal(strictSchema(contract), schema);
  assert.deepEqual(schema, {
    type: 'object',
    properties: {
      name: { type: ['string', 'null'] },
      size: { anyOf: [{ type: 'string', enum: ['s', 'm'] }, { type: 'null' }] },
      parts: {
        type: 'array',
        maxItems: 3,
        items: {
          type: 'object',
          properties: { line: { type: 'integer', exclusiveMinimum: 0 } },
          required: ['line'],
          additionalProperties: false,
        },
      },
    },
    required: ['name', 'size', 'parts'],
    additionalProperties: false,
  });
});

const refused: [string, z.ZodType, RegExp][] = [
  ['optional', z.strictObject({ a: z.string().optional() }), /#\/a is optional/],
  ['open', z.looseObject({ a: z.string() }), /allows other properties/],
  ['length', z.strictObject({ a: z.string().max(3) }), /#\/a uses maxLength/],
  ['tuple', z.strictObject({ a: z.tuple([z.int(), z.int()]) }), /#\/a uses prefixItems/],
  ['record', z.strictObject({ a: z.record(z.string(), z.string()) }), /#\/a .*propertyNames/],
  [
    'oneOf',
    z.strictObject({ a: z.discriminatedUnion('k', [z.strictObject({ k: z.literal('x') })]) }),
    /oneOf/,
  ],
  ['no object', z.array(z.string()), /root is not an object/],
];
for (const [name, contract, problem] of refused) {
  test(`not strict: ${name}`, () => assert.throws(() => strictSchema(contract), problem));
}

test('nesting is limited', () => {
  let node: Record<string, unknown> = { type: 'string' };
  for (let level = 0; level < 11; level += 1)
    node = { type: 'object', properties: { in: node }, required: ['in'], additionalProperties: false };
  assert.match(strictSchemaProblems(node).join(), /nested deeper/);
});
