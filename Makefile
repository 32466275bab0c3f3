# What CI runs is what you run. Each target is one script; extra arguments go in ARGS="…".
# Works from any folder: make -C path/to/separacao test
.PHONY: help run test check check-ui screenshots bench chaos fuzz cluster sqlx fmt image

help:
	@sed -n 's/^## //p' Makefile

## make run       serve on http://localhost:8000 with a PostgreSQL of this machine (DEMO=1: with a demo company)
run:
	@scripts/run.sh $(ARGS)

## make test      everything, on throw-away PostgreSQL, Redis and browser (ARGS="name" for some)
test:
	@scripts/test.sh $(ARGS)

## make check     format, lints, offline query data, licences: all of CI but the tests
check:
	@scripts/check.sh

## make check-ui  axe and Lighthouse on every page of the demo, in a browser
check-ui:
	@scripts/check-ui.sh $(ARGS)

## make screenshots  pictures of all screens, into screenshots/
screenshots:
	@scripts/screenshots.sh $(ARGS)

## make bench     the table of speeds, each beside its floor
bench:
	@scripts/bench.sh $(ARGS)

## make chaos     faults under load, with the strict deadlines, and a table (ARGS=soak, CHAOS_LONG=1)
chaos:
	@scripts/chaos.sh $(ARGS)

## make fuzz      mutated samples for whatever reads what strangers send, a minute each (FUZZ_SECONDS=…)
fuzz:
	@scripts/fuzz.sh $(ARGS)

## make cluster   two replicas behind a load balancer on http://localhost:8000
cluster:
	@scripts/cluster.sh $(ARGS)

## make sqlx      rewrite .sqlx after a change of a query or a migration
sqlx:
	@scripts/sqlx.sh $(ARGS)

## make fmt       format the code
fmt:
	@cargo fmt --all

## make image     build the container image and prove it
image:
	@scripts/image.sh $(ARGS)
