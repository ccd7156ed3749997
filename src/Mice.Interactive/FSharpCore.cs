using System.Reflection;
using System.Runtime.Loader;

namespace Mice.Interactive;

/// <summary>Lets libraries that were compiled against a newer FSharp.Core run on the one that the kernel holds.</summary>
/// <remarks>A process has one FSharp.Core. The kernel's is older than the one that Plotly.NET asks for, and .NET refuses to give an older
/// assembly for a newer one. What these libraries call is in both.</remarks>
internal static class FSharpCore
{
    private const string Name = "FSharp.Core";

    public static void AnswerWithKernels() => AssemblyLoadContext.Default.Resolving += Resolve;

    /// <summary>The event comes when nothing was found for a name; a name without version is answered by the kernel's own.</summary>
    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName asked) =>
        asked.Name == Name && asked.Version is not null
            ? context.LoadFromAssemblyName(new AssemblyName(Name))
            : null;
}
