# The command line and the worker. git reads repositories; Node 24 runs the sources as they are.
FROM node:24-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git openssh-client \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY . .
RUN chmod +x bin/tablelore.js && ln -s /app/bin/tablelore.js /usr/local/bin/tablelore \
  && mkdir -p /state && chown node:node /state
USER node
ENTRYPOINT ["tablelore"]
CMD ["--help"]
