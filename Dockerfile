# Image of the worker and the command line: Node.js, the production dependencies, the compiled code with the workflow
# bundle, the manifests, NOTICE and the software bill of materials. local/images builds the same contents without Docker.
#
# Pin the base by digest where your registry answers; the digest of a tag is printed by
#   docker buildx imagetools inspect node:24-slim
#   docker build --build-arg NODE_IMAGE=node:24-slim@sha256:… --tag your-registry/dynamo-bench:0.1.0 .
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /dynamo-bench
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build \
  && node image/main.ts packages /packages \
  && node image/main.ts product /product \
  && mkdir -m 1777 /results

FROM ${NODE_IMAGE}
WORKDIR /dynamo-bench
ENV NODE_ENV=production HOME=/tmp RESULTS_DIR=/results
COPY --from=build /packages/ ./
COPY --from=build /product/ ./
COPY --from=build /results /results
# A number, so that Kubernetes can see that it is not root. It is the user "node" of the base.
USER 1000:1000
CMD ["node", "dist/worker/main.js"]
