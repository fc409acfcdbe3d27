/** The coding model and the embeddings. */
import { createEmbedder } from '../../activities/embed/embedder.ts';
import type { Settings } from '../settings.ts';
import { fail, firstLine, ok, warn, type Finding } from './check.ts';

const patienceMs = 10_000;

/** Asks the server which models it has; no model is called. */
export async function checkModel(
  { config, openaiKey, openaiBaseUrl }: Settings,
  request: typeof fetch = fetch,
): Promise<Finding> {
  const { model } = config;
  if (!model.enabled) return ok('coding model', 'switched off in the configuration: `infer` is skipped');
  if (openaiKey === null)
    return warn(
      'coding model',
      'OPENAI_API_KEY is not set: `infer` is skipped',
      'Set it to have tables read by a model.',
    );
  const base = (openaiBaseUrl ?? 'https://api.openai.com/v1').replace(/\/+$/, '');
  const host = URL.parse(base)?.host ?? base;
  let response: Response;
  try {
    response = await request(`${base}/models`, {
      headers: { authorization: `Bearer ${openaiKey}` },
      signal: AbortSignal.timeout(patienceMs),
    });
  } catch (error) {
    return fail(
      'coding model',
      `${host} cannot be reached: ${firstLine(error)}`,
      'Check the network and OPENAI_BASE_URL.',
    );
  }
  if (response.status === 401 || response.status === 403)
    return fail('coding model', `${host} refuses the key`, 'Check OPENAI_API_KEY.');
  const known = response.ok ? await modelNames(response) : [];
  return known.length > 0 && !known.includes(model.name)
    ? warn(
        'coding model',
        `${host} answers, but does not list ${model.name}`,
        'Check `model.name` in the configuration.',
      )
    : ok('coding model', `${model.name} at ${host}`);
}

async function modelNames(response: Response): Promise<string[]> {
  try {
    const body = (await response.json()) as { data?: { id?: unknown }[] };
    return (body.data ?? []).flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
  } catch {
    return [];
  }
}

export function checkEmbeddings({ config, openaiKey, openaiBaseUrl: baseUrl }: Settings): Finding {
  const access = openaiKey === null ? null : { apiKey: openaiKey, baseUrl };
  const { model } = createEmbedder(config.embeddings, access);
  return ok('embeddings', model.startsWith('local') ? `${model}, made on this machine` : model);
}
