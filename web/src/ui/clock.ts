import { useEffect, useState } from 'react';

const MINUTE_MS = 60_000;

/** The present, to the minute: "5 minutes ago" is to grow old while one looks at it. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
