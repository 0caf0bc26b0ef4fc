import { ResponseError } from '@backstage/errors';
import { describeError } from './describeError';

async function answered(status: number, message: string) {
  return ResponseError.fromResponse(
    new Response(
      JSON.stringify({
        error: { name: 'Error', message },
        response: { statusCode: status },
      }),
      { status, headers: { 'content-type': 'application/json' } },
    ),
  );
}

describe('describeError', () => {
  it.each([
    ['an error of the backend', () => answered(503, 'edge does not answer')],
    ['no answer', async () => new TypeError('Failed to fetch')],
  ])('promises to try again only where that is so: %s', async (_, failure) => {
    const error = await failure();

    expect(describeError(error).description).toContain('tries again by itself');
    const { description } = describeError(error, 'Press Delete to try again');
    expect(description).toContain('Press Delete to try again');
    expect(description).not.toContain('by itself');
  });
});
