import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import test from 'node:test';
import { ReservedPorts } from '../../../cli/services/free-port.ts';

const listening = async (port: number): Promise<Server> => {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

test('a port that another program takes before the server binds it costs a second try, on other ports', async (t) => {
  const ports = new ReservedPorts();
  t.after(() => ports.release());
  const tried: number[] = [];
  const server = await ports.startOn([17_432, 18_432], async ([port, second]) => {
    assert.notEqual(port, second);
    tried.push(port as number);
    if (tried.length === 1) {
      const thief = await listening(port as number);
      t.after(() => thief.close());
    }
    return listening(port as number);
  });
  t.after(() => server.close());
  assert.equal(tried.length, 2);
  assert.notEqual(tried[0], tried[1]);
});

test('two launchers never get the same port; any other failure is not tried again', async (t) => {
  const [one, two] = [new ReservedPorts(), new ReservedPorts()];
  t.after(() => one.release());
  t.after(() => two.release());
  const given = (ports: readonly number[]): Promise<readonly number[]> => Promise.resolve(ports);
  const [[first], [second]] = await Promise.all([one.startOn([17_532], given), two.startOn([17_532], given)]);
  assert.notEqual(first, second);
  let tries = 0;
  const failing = one.startOn([17_532], () => Promise.reject(new Error(`try ${++tries}`)));
  await assert.rejects(failing, /try 1/);
});
