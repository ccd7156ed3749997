namespace Mice.Alloys

/// 3×3 matrices of whole numbers, row-major [9], and columns of three whole numbers.
[<RequireQualifiedAccess>]
module internal IntegerMatrix =
    /// A·B.
    let multiply (a: int[]) (b: int[]) : int[] =
        Array.init 9 (fun i ->
            let row, column = i / 3, i % 3
            a[3 * row] * b[column] + a[3 * row + 1] * b[3 + column] + a[3 * row + 2] * b[6 + column])

    /// det A.
    let determinant (a: int[]) : int =
        a[0] * (a[4] * a[8] - a[5] * a[7]) - a[1] * (a[3] * a[8] - a[5] * a[6])
        + a[2] * (a[3] * a[7] - a[4] * a[6])

    /// adj A, with A·adj A = det A.
    let adjugate (a: int[]) : int[] =
        [|
            a[4] * a[8] - a[5] * a[7]
            a[2] * a[7] - a[1] * a[8]
            a[1] * a[5] - a[2] * a[4]
            a[5] * a[6] - a[3] * a[8]
            a[0] * a[8] - a[2] * a[6]
            a[2] * a[3] - a[0] * a[5]
            a[3] * a[7] - a[4] * a[6]
            a[1] * a[6] - a[0] * a[7]
            a[0] * a[4] - a[1] * a[3]
        |]

    let transpose (a: int[]) : int[] =
        Array.init 9 (fun i -> a[3 * (i % 3) + i / 3])

    /// A·x.
    let apply (a: int[]) (struct (x, y, z): struct (int * int * int)) : struct (int * int * int) =
        struct (a[0] * x + a[1] * y + a[2] * z, a[3] * x + a[4] * y + a[5] * z, a[6] * x + a[7] * y + a[8] * z)

    /// The largest whole number at or below a/b, b above 0.
    let floorDivide (a: int) (b: int) : int =
        if a >= 0 then a / b else -((b - 1 - a) / b)
