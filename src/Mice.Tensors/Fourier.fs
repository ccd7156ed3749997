namespace Mice.Tensors

open TorchSharp

/// Discrete Fourier transforms. Complex numbers are pairs in a last axis: real part, imaginary part.
[<RequireQualifiedAccess>]
module Fourier =
    let private first (axes: int) = Array.init axes int64

    /// <summary>Σ x e^(−2πi Σ kⱼgⱼ/dⱼ) over the first axes g of a real tensor.</summary>
    /// <param name="axes">How many axes are transformed.</param>
    /// <param name="x">Real, [d₁; …; rest].</param>
    /// <returns>[d₁; …; rest; 2], by k.</returns>
    let forward (axes: int) (x: Tensor) : Tensor =
        unary
            "fft"
            (fun t ->
                use transformed = torch.fft.fftn (t, dim = first axes)
                transformed.view_as_real ())
            x

    /// <summary>The real part of Σ y e^(+2πi Σ kⱼgⱼ/dⱼ) over the first axes k of a complex tensor.</summary>
    /// <param name="axes">How many axes are transformed.</param>
    /// <param name="y">Pairs, [d₁; …; rest; 2].</param>
    /// <returns>[d₁; …; rest], by g.</returns>
    let backward (axes: int) (y: Tensor) : Tensor =
        unary
            "ifft"
            (fun t ->
                use pairs = t.view_as_complex ()

                use transformed =
                    torch.fft.ifftn (pairs, dim = first axes, norm = FFTNormType.Forward)

                use real = transformed.real
                real.contiguous ())
            y
