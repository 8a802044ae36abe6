// The pages to look at. path is without language; english says how the page is reached in English:
// "prefix" for public pages, "cookie" behind a sign-in. status is 200 when absent. as names who signs in
// (see lib.mjs). weight is the most kilobytes, compressed, that a first visit may transfer.
const gallery = ["", "/home", "/question", "/checklist", "/tasks", "/consent", "/track", "/mydata", "/base", "/blocks", "/fields", "/states"];

export const pages = [
  { path: "/", elder: true },
  { path: "/life", elder: true },
  { path: "/business" },
  { path: "/departments" },
  { path: "/offices" },
  { path: "/help", elder: true },
  { path: "/accessibility" },
  { path: "/privacy" },
  { path: "/site-map" },
  { path: "/verify" },
  { path: "/login", elder: true },
  ...gallery.map((name) => ({ path: `/gallery${name}`, elder: true })),
  { path: "/gallery/queue", staff: true },
  { path: "/gallery/case", staff: true },
  { path: "/gallery/staff-states", staff: true },
  { path: "/gallery/error/403", status: 403 },
  { path: "/gallery/error/404", status: 404 },
  { path: "/gallery/error/409", status: 409 },
  { path: "/gallery/error/410", status: 410 },
  { path: "/gallery/error/422", status: 422 },
  { path: "/gallery/error/429", status: 429 },
  { path: "/gallery/error/500", status: 500 },
  { path: "/gallery/error/503", status: 503 },
];
