using System.Runtime.CompilerServices;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Gateway.Tests.Errors;

public sealed class ErrorReferenceTests
{
    [Fact]
    public async Task The_document_is_the_table()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "errors.md"));
        Assert.True(
            text.Contains(ErrorsPage.Markdown(), StringComparison.Ordinal),
            $"The table of docs/errors.md should be:\n{ErrorsPage.Markdown()}");
    }

    [Fact]
    public void Every_code_has_one_entry_and_a_name_of_its_own()
    {
        Assert.Equal(Enum.GetValues<ErrorCode>().Order(), ErrorCatalogue.All.Select(entry => entry.Code));
        Assert.Equal(ErrorCatalogue.All.Count(), ErrorCatalogue.All.Select(entry => entry.Name).Distinct(
            StringComparer.Ordinal).Count());
        Assert.All(ErrorCatalogue.All, entry => Assert.Matches("^[a-z]+(_[a-z]+)*$", entry.Name));
    }

    [Fact]
    public void The_page_has_an_anchor_for_each_code() => Assert.All(
        ErrorCatalogue.All, entry => Assert.Contains(
            $"id=\"{entry.Name}\"", ErrorsPage.Html(), StringComparison.Ordinal));

    [Fact]
    public void What_is_out_of_reach_may_be_tried_again_and_a_bug_is_ours()
    {
        Assert.Equal(ErrorCode.Unavailable, ProblemExceptionHandler.CodeOf(new TimeoutException("t")));
        Assert.Equal(ErrorCode.Unavailable, ProblemExceptionHandler.CodeOf(new OrleansException("o")));
        Assert.Equal(ErrorCode.Unavailable, ProblemExceptionHandler.CodeOf(new OperationCanceledException()));
        Assert.Equal(ErrorCode.InternalError, ProblemExceptionHandler.CodeOf(new InvalidOperationException("i")));
    }

    private static string Root([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}
