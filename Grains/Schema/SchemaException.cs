namespace PaymentCluster.Grains.Schema;

/// <summary>The store is not one that payments may be kept in. The message is one sentence for the operator; hosts
/// print it and end with exit code 1.</summary>
/// <param name="message">What is wrong and, where it is not plain, what to do.</param>
/// <param name="cause">What failed, if something did.</param>
public sealed class SchemaException(string message, Exception? cause = null) : Exception(message, cause);
