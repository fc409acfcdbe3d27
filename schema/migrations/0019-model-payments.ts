/**
 * What was paid for calls of the model, attempt by attempt, by the run that paid: a call that one run paid for in vain and another one makes is paid by
 * both. A claim names the attempt. What workers of before add to the call itself, which nobody reads any more, is carried over by the trigger.
 */
export const modelPayments = {
  name: '0019-model-payments',
  sql: `
create table tablelore.model_payment (
  id uuid primary key default gen_random_uuid(),
  call bigint not null references tablelore.model_call on delete cascade,
  run text collate "C" not null,
  at timestamptz not null default clock_timestamp(),
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  output_tokens bigint not null,
  cost_usd double precision
);
alter table tablelore.model_call add column claim uuid;

insert into tablelore.model_payment (call, run, at, input_tokens, cached_input_tokens, output_tokens, cost_usd)
select id, run, coalesce(asked_at, created_at), input_tokens, cached_input_tokens, output_tokens, cost_usd
from tablelore.model_call where status <> 'open' or input_tokens + output_tokens > 0;
create index model_payment_run on tablelore.model_payment (run);
create index model_payment_call on tablelore.model_payment (call);
update tablelore.model_call c set claim = p.id from tablelore.model_payment p where p.call = c.id;

create function tablelore.carry_payment() returns trigger language plpgsql as $carry$
begin
  insert into tablelore.model_payment (call, run, input_tokens, cached_input_tokens, output_tokens, cost_usd)
  values (new.id, old.run, new.input_tokens - old.input_tokens, new.cached_input_tokens - old.cached_input_tokens,
    new.output_tokens - old.output_tokens, new.cost_usd - coalesce(old.cost_usd, 0));
  return null;
end
$carry$;
create trigger carry_payment after update on tablelore.model_call for each row
when (new.input_tokens > old.input_tokens or new.output_tokens > old.output_tokens)
execute function tablelore.carry_payment();
`,
};
