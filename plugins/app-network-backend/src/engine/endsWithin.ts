/** Whether a promise is settled in time, in milliseconds; one that fails in time fails here. */
export async function endsWithin(
  promise: Promise<unknown>,
  delayMs: number,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      promise.then(() => true),
      new Promise<boolean>(resolve => {
        timer = setTimeout(() => resolve(false), delayMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
