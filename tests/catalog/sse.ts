/** One server-sent event; `id` is undefined for what has none. */
interface LiveEvent {
  id: number | undefined;
  event: string;
  data: Record<string, unknown>;
}

export interface LiveClient {
  response: Response;
  /** Events up to the first that fits, that one included. Throws when the connection ends before. */
  until(fits: (event: LiveEvent) => boolean): Promise<LiveEvent[]>;
  close(): void;
}

export async function openLive(url: string, headers: Record<string, string> = {}): Promise<LiveClient> {
  const ending = new AbortController();
  const response = await fetch(url, { headers, signal: ending.signal });
  const events = eventsOf(response);
  return {
    response,
    close: () => ending.abort(),
    async until(fits) {
      const seen: LiveEvent[] = [];
      for (;;) {
        const { value, done } = await events.next();
        if (done) throw new Error(`the connection ended after ${JSON.stringify(seen).slice(0, 1_000)}`);
        seen.push(value);
        if (fits(value)) return seen;
      }
    },
  };
}

async function* eventsOf(response: Response): AsyncGenerator<LiveEvent, undefined> {
  let rest = '';
  for await (const chunk of response.body ?? []) {
    rest += new TextDecoder().decode(chunk, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line]));
      const fieldOf = (name: string) => fields.get(name)?.slice(name.length + 2);
      const data = fieldOf('data');
      if (data === undefined) continue;
      const id = fieldOf('id');
      yield { id: id === undefined ? undefined : Number(id), event: fieldOf('event') ?? '', data: JSON.parse(data) };
    }
  }
}
