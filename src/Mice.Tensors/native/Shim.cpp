// The C ABI between Mice.Tensors and libtorch. Every function returns a status (0: done), writes its message into the
// caller's buffer, lets no exception out and uses sizes that are the same everywhere. A tensor crosses the border as an
// owned pointer to its TensorImpl; the null pointer is the undefined tensor.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include <dlfcn.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#define MICE_API extern "C" __attribute__((visibility("default")))

namespace {

// One argument or result. `bits` holds an int64, a double, a bool or a pointer; `count` the length of a list, and on a
// tensor result its element type, device and rank (see describe).
struct Value {
  int32_t tag;
  int32_t count;
  int64_t bits;
};
static_assert(sizeof(Value) == 16, "F# declares the same layout");

enum Tag : int32_t {
  None = 0, Tensor = 1, TensorList = 2, Int = 3, IntList = 4, Double = 5, Bool = 6, Device = 7,
  Default = 8, DoubleList = 9, Seed = 10, OptionalTensorList = 11, String = 12, BoolList = 13
};

enum Status : int32_t { Ok = 0, Failed = 1, MoreResults = 2 };

#ifdef __GLIBC__
// The tensors of one training step are freed together at its end. By default the C library then gives their pages back, and the next step
// pays a page fault for each of them; kept, the process holds no more than it held at its peak.
[[maybe_unused]] const bool keepsPages =
    mallopt(M_MMAP_THRESHOLD, 32 << 20) && mallopt(M_TRIM_THRESHOLD, 1 << 30) && mallopt(M_TOP_PAD, 16 << 20);
#endif

thread_local std::vector<Value> pending;

void report(const char* message, char* error, int32_t capacity) {
  if (error == nullptr || capacity <= 0) return;
  // libtorch appends a C++ stack trace: the first line is the message.
  const char* end = std::strchr(message, '\n');
  size_t length = end == nullptr ? std::strlen(message) : static_cast<size_t>(end - message);
  length = std::min(length, static_cast<size_t>(capacity - 1));
  std::memcpy(error, message, length);
  error[length] = 0;
}

template <class F>
int32_t guarded(char* error, int32_t capacity, F&& body) {
  try {
    return body();
  } catch (const c10::Error& e) {
    report(e.what_without_backtrace(), error, capacity);
  } catch (const std::exception& e) {
    report(e.what(), error, capacity);
  } catch (...) {
    report("an exception of unknown type", error, capacity);
  }
  return Failed;
}

at::Tensor borrow(void* p) {
  if (p == nullptr) return at::Tensor();
  return at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim_copy(
      static_cast<at::TensorImpl*>(p)));
}

int32_t describe(const at::Tensor& t) {
  const auto device = t.device();
  const int32_t kind = device.is_cuda() ? 1 : 0;
  const int32_t index = device.has_index() ? device.index() : 0;
  return static_cast<int32_t>(t.scalar_type()) | (kind << 8) | (index << 12) | (static_cast<int32_t>(t.dim()) << 20);
}

Value give(at::Tensor t) {
  if (!t.defined()) return Value{None, 0, 0};
  const int32_t description = describe(t);
  return Value{Tensor, description, reinterpret_cast<int64_t>(t.unsafeReleaseTensorImpl())};
}

c10::Device deviceOf(int64_t bits) {
  return (bits & 0xff) == 1 ? c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(bits >> 8)) : c10::Device(c10::kCPU);
}

double asDouble(int64_t bits) {
  double d;
  std::memcpy(&d, &bits, sizeof d);
  return d;
}

template <class T>
const T* listAt(const Value& v) {
  return reinterpret_cast<const T*>(v.bits);
}

c10::IValue toIValue(const Value& v, const c10::Argument& argument) {
  switch (v.tag) {
    case None: return c10::IValue();
    case Tensor: return c10::IValue(borrow(reinterpret_cast<void*>(v.bits)));
    case TensorList: {
      c10::List<at::Tensor> list;
      list.reserve(v.count);
      for (int32_t i = 0; i < v.count; i++) list.push_back(borrow(listAt<void*>(v)[i]));
      return c10::IValue(std::move(list));
    }
    case OptionalTensorList: {
      c10::List<c10::optional<at::Tensor>> list;
      for (int32_t i = 0; i < v.count; i++) {
        void* p = listAt<void*>(v)[i];
        list.push_back(p == nullptr ? c10::optional<at::Tensor>() : c10::optional<at::Tensor>(borrow(p)));
      }
      return c10::IValue(std::move(list));
    }
    case Int:
      if (argument.type()->kind() == c10::TypeKind::FloatType) return c10::IValue(static_cast<double>(v.bits));
      return c10::IValue(v.bits);
    case IntList: return c10::IValue(c10::IntArrayRef(listAt<int64_t>(v), v.count));
    case Double: return c10::IValue(asDouble(v.bits));
    case DoubleList: return c10::IValue(c10::List<double>(c10::ArrayRef<double>(listAt<double>(v), v.count)));
    case Bool: return c10::IValue(v.bits != 0);
    case BoolList: {
      c10::List<bool> list;
      for (int32_t i = 0; i < v.count; i++) list.push_back(listAt<uint8_t>(v)[i] != 0);
      return c10::IValue(std::move(list));
    }
    case Device: return c10::IValue(deviceOf(v.bits));
    case Seed: return c10::IValue(at::make_generator<at::CPUGeneratorImpl>(static_cast<uint64_t>(v.bits)));
    case String: return c10::IValue(std::string(listAt<char>(v), v.count));
    case Default: {
      const auto& value = argument.default_value();
      TORCH_CHECK(value.has_value(), "argument ", argument.name(), " has no default");
      return *value;
    }
    default: TORCH_CHECK(false, "unknown argument tag ", v.tag);
  }
}

void collect(const c10::IValue& r, std::vector<Value>& out) {
  if (r.isTensor()) {
    out.push_back(give(r.toTensor()));
  } else if (r.isTensorList()) {
    for (const at::Tensor& t : r.toTensorVector()) out.push_back(give(t));
  } else if (r.isDouble()) {
    Value v{Double, 0, 0};
    const double d = r.toDouble();
    std::memcpy(&v.bits, &d, sizeof d);
    out.push_back(v);
  } else if (r.isInt()) {
    out.push_back(Value{Int, 0, r.toInt()});
  } else if (r.isBool()) {
    out.push_back(Value{Bool, 0, r.toBool() ? 1 : 0});
  } else if (r.isIntList()) {
    for (const int64_t i : r.toIntVector()) out.push_back(Value{Int, 0, i});
  } else {
    TORCH_CHECK(r.isNone(), "a result of type ", r.tagKind(), " cannot cross the border");
    out.push_back(Value{None, 0, 0});
  }
}

std::vector<at::Tensor> borrowAll(void* const* tensors, int32_t count) {
  std::vector<at::Tensor> list;
  list.reserve(count);
  for (int32_t i = 0; i < count; i++) list.push_back(borrow(tensors[i]));
  return list;
}

}  // namespace

// Finds an operator by name ("aten::add") and overload ("Tensor"). The handle lives as long as the process.
MICE_API int32_t mice_operator(const char* name, const char* overload, void** op, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    *op = new c10::OperatorHandle(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload));
    return Ok;
  });
}

// The schema of an operator as text.
MICE_API int32_t mice_schema(void* op, char* text, int32_t capacity) {
  return guarded(text, capacity, [&] {
    report(c10::str(static_cast<c10::OperatorHandle*>(op)->schema()).c_str(), text, capacity);
    return Ok;
  });
}

// Calls an operator; arguments that are not given take the schema's defaults. Tensor lists among the results are
// flattened. With more results than `room`, returns MoreResults and keeps them for mice_results on the same thread.
MICE_API int32_t mice_call(void* op, const Value* arguments, int32_t count, Value* results, int32_t room,
                           int32_t* resultCount, char* error, int32_t capacity) {
  return guarded(error, capacity, [&]() -> int32_t {
    const auto& handle = *static_cast<c10::OperatorHandle*>(op);
    const auto& wanted = handle.schema().arguments();
    TORCH_CHECK(static_cast<size_t>(count) <= wanted.size(), "takes ", wanted.size(), " arguments, ", count, " given");
    torch::jit::Stack stack;
    stack.reserve(wanted.size());
    static const Value byDefault{Default, 0, 0};
    for (size_t i = 0; i < wanted.size(); i++)
      stack.push_back(toIValue(i < static_cast<size_t>(count) ? arguments[i] : byDefault, wanted[i]));
    handle.callBoxed(&stack);
    if (stack.size() == 1 && room >= 1 && stack[0].isTensor()) {
      *results = give(std::move(stack[0]).toTensor());
      *resultCount = 1;
      return Ok;
    }
    std::vector<Value> out;
    for (const auto& r : stack) collect(r, out);
    *resultCount = static_cast<int32_t>(out.size());
    if (*resultCount > room) {
      pending = std::move(out);
      return MoreResults;
    }
    std::copy(out.begin(), out.end(), results);
    return Ok;
  });
}

// Fetches the results that mice_call had no room for.
MICE_API void mice_results(Value* results) {
  std::copy(pending.begin(), pending.end(), results);
  pending.clear();
}

MICE_API void mice_free(void* tensor) {
  if (tensor != nullptr)
    c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(static_cast<at::TensorImpl*>(tensor));
}

// A new tensor with a copy of row-major host data.
MICE_API int32_t mice_from_host(const void* data, const int64_t* sizes, int32_t rank, int32_t type, int64_t device,
                                Value* result, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    const auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(type));
    at::Tensor t = at::empty(at::IntArrayRef(sizes, rank), options);
    if (t.numel() > 0) std::memcpy(t.data_ptr(), data, t.nbytes());
    *result = give((device & 0xff) == 0 ? t : t.to(deviceOf(device)));
    return Ok;
  });
}

// Copies a tensor to row-major host memory of exactly its size in bytes.
MICE_API int32_t mice_to_host(void* tensor, void* data, int64_t bytes, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    const at::Tensor t = borrow(tensor).detach().to(at::kCPU).contiguous();
    TORCH_CHECK(static_cast<int64_t>(t.nbytes()) == bytes, "holds ", t.nbytes(), " bytes, room for ", bytes);
    if (bytes > 0) std::memcpy(data, t.data_ptr(), bytes);
    return Ok;
  });
}

// Writes the sizes of a tensor; `rank` was reported with the tensor.
MICE_API void mice_shape(void* tensor, int64_t* sizes, int32_t rank) {
  const auto shape = static_cast<at::TensorImpl*>(tensor)->sizes();
  for (int32_t i = 0; i < rank && i < static_cast<int32_t>(shape.size()); i++) sizes[i] = shape[i];
}

// Bytes that the elements take.
MICE_API int64_t mice_bytes(void* tensor) {
  const auto* impl = static_cast<at::TensorImpl*>(tensor);
  return impl->numel() * static_cast<int64_t>(impl->itemsize());
}

MICE_API int32_t mice_requires_grad(void* tensor) { return static_cast<at::TensorImpl*>(tensor)->requires_grad() ? 1 : 0; }

// A leaf that shares the data of a tensor and records what is computed from it.
MICE_API int32_t mice_leaf(void* tensor, Value* result, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    *result = give(borrow(tensor).detach().requires_grad_(true));
    return Ok;
  });
}

// Vector–Jacobian product: Σ vᵢ ∂outputᵢ/∂inputⱼ for every input j; an input that plays no part gives None.
MICE_API int32_t mice_grad(void* const* outputs, void* const* vectors, int32_t outputCount, void* const* inputs,
                           int32_t inputCount, int32_t retainGraph, int32_t createGraph, Value* results, char* error,
                           int32_t capacity) {
  return guarded(error, capacity, [&] {
    const auto vs = vectors == nullptr ? std::vector<at::Tensor>() : borrowAll(vectors, outputCount);
    const auto gradients = torch::autograd::grad(borrowAll(outputs, outputCount), borrowAll(inputs, inputCount), vs,
                                                 retainGraph != 0, createGraph != 0, /*allow_unused=*/true);
    for (int32_t i = 0; i < inputCount; i++) results[i] = give(gradients[i]);
    return Ok;
  });
}

// Switches recording on or off for this thread and returns what it was.
MICE_API int32_t mice_grad_mode(int32_t enabled) {
  const bool before = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(enabled != 0);
  return before ? 1 : 0;
}

MICE_API int32_t mice_manual_seed(uint64_t seed, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    at::manual_seed(seed);
    return Ok;
  });
}

MICE_API int32_t mice_set_threads(int32_t threads, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    at::set_num_threads(threads);
    // OpenBLAS keeps threads of its own, which libtorch does not speak to; with them, matrix products of several callers wait for each other.
    if (const auto blas = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads")))
      blas(threads);
    return Ok;
  });
}

MICE_API int32_t mice_threads() {
  try {
    return at::get_num_threads();
  } catch (...) {
    return 0;
  }
}

MICE_API int32_t mice_cuda_devices() {
  try {
    return at::globalContext().hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().getNumGPUs()) : 0;
  } catch (...) {
    return 0;
  }
}

// Version of libtorch that the shim was built against.
MICE_API void mice_version(char* text, int32_t capacity) { report(TORCH_VERSION, text, capacity); }
