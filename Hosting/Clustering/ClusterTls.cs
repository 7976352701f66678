using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Connections.Security;

namespace PaymentCluster.Hosting.Clustering;

/// <summary>
/// Mutual TLS on every connection between processes: both ends have a certificate of the cluster's authority, with the
/// role that the port is for. The certificate comes from the registered <see cref="ClusterCertificates"/>.
/// </summary>
public static class ClusterTls
{
    /// <summary>Silos connect to a silo's one port, gateways to its other.</summary>
    public static ISiloBuilder UseClusterTls(this ISiloBuilder silo) => silo.Configure<SiloConnectionOptions>(options =>
    {
        options.ConfigureSiloInboundConnection(
            connection => connection.UseServerTls(OptionsFor(connection, ClusterRole.Silo)));
        options.ConfigureGatewayInboundConnection(
            connection => connection.UseServerTls(OptionsFor(connection, ClusterRole.Gateway)));
        options.ConfigureSiloOutboundConnection(
            connection => connection.UseClientTls(OptionsFor(connection, ClusterRole.Silo)));
    });

    /// <summary>A gateway connects to silos.</summary>
    public static IClientBuilder UseClusterTls(this IClientBuilder client) =>
        client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(
            connection => connection.UseClientTls(OptionsFor(connection, ClusterRole.Silo))));

    private static TlsOptions OptionsFor(IConnectionBuilder connection, ClusterRole remote)
    {
        var certificates = connection.ApplicationServices.GetRequiredService<ClusterCertificates>();
        return new TlsOptions
        {
            LocalServerCertificateSelector = (_, _) => certificates.Current.Own,
            LocalClientCertificateSelector = (_, _, _, _, _) => certificates.Current.Own,
            RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
            RemoteCertificateValidation = (certificate, _, faults) =>
                faults == SslPolicyErrors.None && CertificateSet.HasRole(certificate, remote),
            OnAuthenticateAsServer = (_, tls) =>
            {
                var options = (SslServerAuthenticationOptions)tls.SslServerAuthenticationOptions;
                options.CertificateChainPolicy = certificates.Current.ClientPolicy();
                // A connection that was resumed would not show its certificate again.
                options.AllowTlsResume = false;
            },
            OnAuthenticateAsClient = (_, tls) =>
            {
                var options = (SslClientAuthenticationOptions)tls.SslClientAuthenticationOptions;
                options.CertificateChainPolicy = certificates.Current.ServerPolicy();
                options.TargetHost = remote.DnsName();
                options.AllowTlsResume = false;
            },
        };
    }
}
