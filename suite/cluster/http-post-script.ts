/**
 * Returns a Python script that posts JSON to a URL without a proxy, and prints the status of the answer, a space and its body.
 * It prints status 0 and the reason when no answer came. Its parameters are the URL and the JSON.
 *
 * @param seconds time limit of the connection and of each read
 */
export function httpPostScript(seconds: number): string {
  return `import sys, urllib.error, urllib.request
request = urllib.request.Request(sys.argv[1], sys.argv[2].encode(), {"Content-Type": "application/json"})
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    with opener.open(request, timeout=${seconds}) as answer:
        print(answer.status, answer.read().decode(errors="replace"))
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode(errors="replace"))
except OSError as error:
    print(0, error)
`;
}
