/**
 * Runs in CloudFront at each request for the client: an address of the app, which is no file, gets its page. What looks like
 * a file stays what it is, so that a missing one is 404 and never the page; the API is behind other behaviours and
 * is never seen here. The same rule as the API's own: apps/api/src/http/client-files.ts.
 */
function handler(event) {
  var request = event.request;
  var name = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  if (name.indexOf('.') === -1) request.uri = '/index.html';
  return request;
}
