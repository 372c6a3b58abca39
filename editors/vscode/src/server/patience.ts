// An end to waiting.

/** What some work comes to. If it takes longer than that, it fails with what `late` says. */
export async function within<T>(ms: number, work: Promise<T>, late: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(late())), ms);
  });
  // Nobody waits for it any more when it is late: then it may fail as it likes.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}
