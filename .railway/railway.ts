// The project on Railway: `railway config plan` shows what would change, `railway config apply` does it.
// docs/operations.md says which setting lives where, and how a service that railway.json has set up is moved here.
import { defineRailway, postgres, preserve, project, redis, service } from "railway/iac";

export default defineRailway((ctx) => {
  const production = ctx.isEnvironment("production");
  const replicas = production ? 2 : 1;
  const database = postgres("Postgres");
  const doorbell = redis("Redis");

  const web = service("separacao", {
    build: {
      builder: "DOCKERFILE",
      dockerfilePath: "Dockerfile",
      watchPatterns: [
        "src/**",
        "crates/**",
        "templates/**",
        "static/**",
        "locales/**",
        "migrations/**",
        ".sqlx/**",
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
        "sqlx.toml",
        "askama.toml",
        "build.rs",
        "Dockerfile",
        ".dockerignore",
      ],
    },
    replicas,
    deploy: {
      preDeployCommand: ["/separacao migrate"],
      healthcheckPath: "/",
      healthcheckTimeout: 120,
      restartPolicyType: "ALWAYS",
      overlapSeconds: 30,
      drainingSeconds: 45,
    },
    // A variable that is missing here is deleted by `apply`; preserve() keeps the value Railway has.
    env: {
      DATABASE_URL: database.env.DATABASE_URL,
      REDIS_URL: doorbell.env.REDIS_URL,
      REPLICAS: String(replicas),
      SECRET_KEY: preserve(),
      METRICS_TOKEN: preserve(),
      ALLOWED_HOSTS: preserve(),
      CSRF_TRUSTED_ORIGINS: preserve(),
      CLIENT_ADDRESS_HEADER: "X-Real-IP",
      // The same as overlapSeconds and drainingSeconds, for a Railway that reads only the variables.
      RAILWAY_DEPLOYMENT_OVERLAP_SECONDS: "30",
      RAILWAY_DEPLOYMENT_DRAINING_SECONDS: "45",
    },
  });

  return project("separacao", { resources: [database, doorbell, web] });
});
