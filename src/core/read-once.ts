/** For zod, of what is read once: without it, zod compiles a reader first, which takes longer than reading. */
export const READ_ONCE = { jitless: true } as const;
