# docker build -t llmapikey . && docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges -p 127.0.0.1:3000:3000 \
#   -v llmapikey:/var/lib/llmapikey --env-file llmapikey.env llmapikey
# To try it, with simulated upstreams: docker run --rm -p 3000:3000 llmapikey sandbox
# Secrets as files: -v ./secrets:/run/secrets:ro -e AUTH_SESSION_SECRET_FILE=/run/secrets/session (docs/configuration.md).
FROM debian:12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
    g++ cmake ninja-build pkg-config ccache brotli gzip ca-certificates \
    libboost1.81-dev libboost-json1.81-dev libcurl4-openssl-dev libsqlite3-dev libpq-dev libsodium-dev \
    libexpected-dev libcli11-dev libspdlog-dev libfmt-dev prometheus-cpp-dev libbrotli-dev zlib1g-dev libmd4c-dev dpkg-dev file
COPY . /src
RUN cd /src && cp "$(packaging/build)" /llmapikey.deb

FROM debian:12-slim
COPY --from=build /llmapikey.deb /tmp/llmapikey.deb
RUN apt-get update && apt-get install -y --no-install-recommends /tmp/llmapikey.deb && rm -rf /tmp/llmapikey.deb /var/lib/apt/lists/*
# Inside a container loopback would be for nobody; the port that is published is the operator's choice.
ENV DATA_DIR=/var/lib/llmapikey SQLITE_TMPDIR=/var/lib/llmapikey LISTEN=0.0.0.0:3000
USER llmapikey
WORKDIR /
EXPOSE 3000
VOLUME ["/var/lib/llmapikey"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/usr/bin/llmapikey", "health"]
ENTRYPOINT ["/usr/bin/llmapikey"]
CMD ["serve"]
