using System.Threading.Tasks;
using Microsoft.DotNet.Interactive;

namespace Mice.Interactive;

/// <summary>What a notebook kernel runs when a cell refers to the package.</summary>
public sealed class KernelExtension : IKernelExtension
{
    /// <inheritdoc />
    public Task OnLoadAsync(Kernel kernel)
    {
        // First, because whatever shows results needs an FSharp.Core that the kernel would refuse.
        FSharpCore.AnswerWithKernels();
        Formatters.Register();
        Charts.Prepare();
        return Task.CompletedTask;
    }
}
