export interface PutOptions {
  url: string;
  /** Sent as given: they are signed. */
  headers: Readonly<Record<string, string>>;
  file: Blob;
  /** @param loaded bytes sent so far */
  onProgress: (loaded: number) => void;
  signal: AbortSignal;
}

/** What storage answered; status 0 when there was no answer. */
export interface PutAnswer {
  status: number;
  body: string;
}

/**
 * Sends a file to its presigned link. XMLHttpRequest, because fetch does not tell how much has been sent.
 * Aborting is answered like a broken connection: whoever aborts knows why.
 */
export function putFile({ url, headers, file, onProgress, signal }: PutOptions): Promise<PutAnswer> {
  const { promise, resolve } = Promise.withResolvers<PutAnswer>();
  const request = new XMLHttpRequest();
  const abort = () => request.abort();
  request.open('PUT', url);
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
  request.addEventListener('loadend', () => {
    signal.removeEventListener('abort', abort);
    resolve({ status: request.status, body: request.responseText });
  });
  if (signal.aborted) return Promise.resolve({ status: 0, body: '' });
  signal.addEventListener('abort', abort);
  request.send(file);
  return promise;
}
