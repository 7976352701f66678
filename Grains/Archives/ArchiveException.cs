namespace PaymentCluster.Grains.Archives;

/// <summary>Something cannot be archived or restored. The message is one sentence for the operator; nothing is
/// lost.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="cause">What failed, if something did.</param>
public sealed class ArchiveException(string message, Exception? cause = null) : Exception(message, cause);
