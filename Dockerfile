# Dependencies are compiled in a layer of their own, which changes with Cargo.lock only. The final image holds the
# program, the three libraries it links, CA certificates, and nothing else: no shell, no package manager, no root.
FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /src
ENV CARGO_TERM_COLOR=never \
    CARGO_INCREMENTAL=0 \
    CARGO_PROFILE_RELEASE_DEBUG=false \
    CARGO_PROFILE_RELEASE_LTO=thin \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=4 \
    CARGO_PROFILE_RELEASE_STRIP=debuginfo \
    SQLX_OFFLINE=true

# The bench is named in Cargo.toml, so it has to be there; it is not built.
COPY Cargo.toml Cargo.lock ./
COPY crates/pdf-text/Cargo.toml crates/pdf-text/
RUN mkdir -p src benches/warehouse crates/pdf-text/src \
 && echo 'fn main() {}' | tee src/main.rs >benches/warehouse/main.rs \
 && touch src/lib.rs crates/pdf-text/src/lib.rs \
 && cargo build --release --locked --features otlp --bin separacao \
 && rm -r src crates

COPY . .
# The commit's time in seconds, which tells an older build from a newer one; the time of the build if it is not given.
ARG BUILD_TIME
# What was copied may be older than the empty crates that were just compiled.
RUN find src crates -name '*.rs' -exec touch {} + && cargo build --release --locked --features otlp --bin separacao

# DNS needs no more than this: glibc 2.34 and newer hold the resolver, `files` and `dns` in libc itself.
RUN mkdir -p /image/etc/ssl/certs \
 && cp target/release/separacao /image/ \
 && ldd /image/separacao | grep -o '/[^ ]*' | xargs -I{} cp --parents -L {} /image/ \
 && cp -L /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
 && echo 'hosts: files dns' >/image/etc/nsswitch.conf

# The program beside PostgreSQL's own, for `backup` and `restore`: docker build --target tools. Not part of the image below.
FROM postgres:17-bookworm AS tools
COPY --from=build /src/target/release/separacao /separacao
USER postgres
ENV APP_ENV=production \
    BACKUP_DIR=/backups
ENTRYPOINT ["/separacao"]
CMD ["backup"]

FROM scratch
COPY --from=build /image /
USER 10001:10001
# Production unless told otherwise: nothing is guessed, and a missing setting is said at start.
ENV PORT=8000 \
    APP_ENV=production
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["/separacao"]
CMD ["serve"]
