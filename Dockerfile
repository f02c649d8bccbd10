# Image of the worker and the command line. Builds the workflow bundle, so that the worker needs no build step.
FROM node:24-slim AS build
WORKDIR /dynamo-bench
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
WORKDIR /dynamo-bench
ENV NODE_ENV=production RESULTS_DIR=/results
COPY --from=build /dynamo-bench/package.json ./
COPY --from=build /dynamo-bench/node_modules ./node_modules
COPY --from=build /dynamo-bench/dist ./dist
COPY --from=build /dynamo-bench/manifests ./manifests
COPY --from=build /dynamo-bench/charts/dynamo-bench/files ./charts/dynamo-bench/files
USER node
CMD ["node", "dist/worker/main.js"]
