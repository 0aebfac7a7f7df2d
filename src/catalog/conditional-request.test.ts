import { expect, test } from "vitest";
import { answerFileRequest, wantsGzip } from "./conditional-request.ts";

const file = { contentHash: "abc", modifiedAt: new Date("2025-03-14T09:30:00Z") };
const ask = (headers: { acceptEncoding?: string; ifNoneMatch?: string; ifModifiedSince?: string }) =>
  answerFileRequest(
    { acceptEncoding: undefined, ifNoneMatch: undefined, ifModifiedSince: undefined, ...headers },
    file,
  );

test.each([
  [undefined, false],
  ["", false],
  ["*", false],
  ["deflate, br", false],
  ["gzip", true],
  ["deflate, GZIP;q=0.5", true],
  ["x-gzip", true],
  ["gzip;q=0", false],
  ["gzip;q=0.5, identity;q=0.8", false],
  ["gzip;q=1.0, identity; q=0.5", true],
  ["gzip;q=nonsense", false],
])("Accept-Encoding %s → gzip %s", (header, expected) => {
  expect(wantsGzip(header)).toBe(expected);
});

test.each([
  ['"abc"', true],
  ['W/"abc"', true],
  ['"x", W/"abc" , "y"', true],
  ['"a,b","abc"', true],
  ["*", true],
  ['"abc-gzip"', false],
  ['"x"', false],
  ["abc", false],
  ["", false],
])("If-None-Match %s → not modified %s", (ifNoneMatch, expected) => {
  expect(ask({ ifNoneMatch }).notModified).toBe(expected);
});

test("each encoding has its own tag", () => {
  expect(ask({ acceptEncoding: "gzip" }).etag).toBe('"abc-gzip"');
  expect(ask({ acceptEncoding: "gzip", ifNoneMatch: '"abc-gzip"' }).notModified).toBe(true);
  expect(ask({}).etag).toBe('"abc"');
});

test.each([
  ["Fri, 14 Mar 2025 09:30:00 GMT", true],
  ["Fri, 14 Mar 2025 09:29:59 GMT", false],
  ["Fri, 14 Mar 2025 10:00:00 GMT", true],
  ["yesterday", false],
])("If-Modified-Since %s → not modified %s", (ifModifiedSince, expected) => {
  expect(ask({ ifModifiedSince }).notModified).toBe(expected);
});

test("If-None-Match decides alone when both are given", () => {
  expect(ask({ ifNoneMatch: '"x"', ifModifiedSince: "Fri, 14 Mar 2025 09:30:00 GMT" }).notModified).toBe(false);
});
