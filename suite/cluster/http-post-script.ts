/**
 * Returns a Python script that posts JSON to a URL without a proxy, and prints the status of the answer, a space and its body.
 * It prints status 0 and the reason when no answer came, or only a part of it. Its parameters are the URL and the JSON.
 *
 * @param seconds time limit of the connection and of each read
 */
export function httpPostScript(seconds: number): string {
  return `import http.client, sys, urllib.error, urllib.request
request = urllib.request.Request(sys.argv[1], sys.argv[2].encode(), {"Content-Type": "application/json"})
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    try:
        answer = opener.open(request, timeout=${seconds})
    except urllib.error.HTTPError as error:
        answer = error
    print(answer.code, answer.read().decode(errors="replace"))
except (OSError, http.client.HTTPException) as error:
    print(0, error)
`;
}
