# One image per process: docker build --target silo | gateway | simulators | standalone .
ARG DOTNET_VERSION=10.0

FROM mcr.microsoft.com/dotnet/sdk:${DOTNET_VERSION} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.nuget/packages \
    for project in Silo Gateway.Api Simulators Standalone; do \
        dotnet publish "$project/$project.csproj" --configuration Release --output "/out/$project" || exit 1; \
    done

FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET_VERSION} AS base
WORKDIR /app
ENV DOTNET_EnableDiagnostics=0 ASPNETCORE_HTTP_PORTS=
COPY scripts/container-health.sh /usr/local/bin/container-health
# The image's own unprivileged user. These are where named volumes may be written.
RUN mkdir -p /data /certificates/silo /certificates/gateway && chown -R "$APP_UID" /data /certificates
USER $APP_UID

FROM base AS silo
COPY --from=build /out/Silo .
EXPOSE 11111 30000
ENTRYPOINT ["dotnet", "PaymentCluster.Silo.dll"]

FROM base AS gateway
COPY --from=build /out/Gateway.Api .
ENV ASPNETCORE_URLS=http://+:8080
EXPOSE 8080
ENTRYPOINT ["dotnet", "PaymentCluster.Gateway.Api.dll"]

FROM base AS simulators
COPY --from=build /out/Simulators .
ENV ASPNETCORE_URLS=http://+:8090 Simulators__DataDirectory=/data
EXPOSE 8090
ENTRYPOINT ["dotnet", "PaymentCluster.Simulators.dll"]

FROM base AS standalone
COPY --from=build /out/Standalone .
ENV ASPNETCORE_URLS=http://+:8080
EXPOSE 8080
ENTRYPOINT ["dotnet", "PaymentCluster.Standalone.dll"]
