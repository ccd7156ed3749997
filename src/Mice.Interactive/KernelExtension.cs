using System;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;
using System.Threading.Tasks;
using Microsoft.DotNet.Interactive;
using Microsoft.FSharp.Collections;

namespace Mice.Interactive;

/// <summary>x</summary>
public sealed class KernelExtension : IKernelExtension
{
    /// <inheritdoc />
    public Task OnLoadAsync(Kernel kernel)
    {
        return Task.CompletedTask;
    }
}
