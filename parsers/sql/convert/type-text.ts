import type { ast } from '@polyglot-sql/sdk';

type Type = ast.DataType;

/** A data type as lower-case SQL: `array<struct<a string>>`, `varchar(10)`, `timestamptz`. */
export function typeText(type: Type): string {
  switch (type.data_type) {
    case 'custom':
      return type.name.toLowerCase();
    case 'array':
    case 'list':
      return `array<${typeText(type.element_type)}>`;
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.name} ${typeText(field.data_type)}`.trim()).join(', ')}>`;
    case 'map':
      return `map<${typeText(type.key_type)}, ${typeText(type.value_type)}>`;
    case 'nullable':
      return typeText(type.inner);
    case 'decimal':
      return sized('decimal', type.precision, type.scale);
    case 'timestamp':
    case 'time':
      return type.timezone ? `${type.data_type}tz` : type.data_type;
    default:
      return sized(type.data_type.replaceAll('_', ''), 'length' in type ? type.length : null, null);
  }
}

function sized(name: string, first: unknown, second: unknown): string {
  const sizes = [first, second].filter((size) => typeof size === 'number');
  return sizes.length > 0 ? `${name}(${sizes.join(', ')})` : name;
}
