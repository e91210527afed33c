// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QString>

// The class and number of each method, AMQP 0-9-1 §1 of the reference, for those who read answers
// without rabbitmq-c's headers.
namespace Qombu::Amqp::MethodId {

constexpr quint32 ConnectionStart = 0x000A000A;
constexpr quint32 ConnectionStartOk = 0x000A000B;
constexpr quint32 ConnectionSecure = 0x000A0014;
constexpr quint32 ConnectionTune = 0x000A001E;
constexpr quint32 ConnectionTuneOk = 0x000A001F;
constexpr quint32 ConnectionOpen = 0x000A0028;
constexpr quint32 ConnectionOpenOk = 0x000A0029;
constexpr quint32 ConnectionClose = 0x000A0032;
constexpr quint32 ConnectionCloseOk = 0x000A0033;
constexpr quint32 ConnectionBlocked = 0x000A003C;
constexpr quint32 ConnectionUnblocked = 0x000A003D;
constexpr quint32 ConnectionUpdateSecret = 0x000A0046;
constexpr quint32 ConnectionUpdateSecretOk = 0x000A0047;
constexpr quint32 ChannelOpen = 0x0014000A;
constexpr quint32 ChannelOpenOk = 0x0014000B;
constexpr quint32 ChannelFlow = 0x00140014;
constexpr quint32 ChannelFlowOk = 0x00140015;
constexpr quint32 ChannelClose = 0x00140028;
constexpr quint32 ChannelCloseOk = 0x00140029;
constexpr quint32 ExchangeDeclare = 0x0028000A;
constexpr quint32 ExchangeDeclareOk = 0x0028000B;
constexpr quint32 ExchangeDelete = 0x00280014;
constexpr quint32 ExchangeDeleteOk = 0x00280015;
constexpr quint32 ExchangeBind = 0x0028001E;
constexpr quint32 ExchangeBindOk = 0x0028001F;
constexpr quint32 ExchangeUnbind = 0x00280028;
constexpr quint32 ExchangeUnbindOk = 0x00280033;
constexpr quint32 QueueDeclare = 0x0032000A;
constexpr quint32 QueueDeclareOk = 0x0032000B;
constexpr quint32 QueueBind = 0x00320014;
constexpr quint32 QueueBindOk = 0x00320015;
constexpr quint32 QueuePurge = 0x0032001E;
constexpr quint32 QueuePurgeOk = 0x0032001F;
constexpr quint32 QueueDelete = 0x00320028;
constexpr quint32 QueueDeleteOk = 0x00320029;
constexpr quint32 QueueUnbind = 0x00320032;
constexpr quint32 QueueUnbindOk = 0x00320033;
constexpr quint32 BasicQos = 0x003C000A;
constexpr quint32 BasicQosOk = 0x003C000B;
constexpr quint32 BasicConsume = 0x003C0014;
constexpr quint32 BasicConsumeOk = 0x003C0015;
constexpr quint32 BasicCancel = 0x003C001E;
constexpr quint32 BasicCancelOk = 0x003C001F;
constexpr quint32 BasicPublish = 0x003C0028;
constexpr quint32 BasicReturn = 0x003C0032;
constexpr quint32 BasicDeliver = 0x003C003C;
constexpr quint32 BasicGet = 0x003C0046;
constexpr quint32 BasicGetOk = 0x003C0047;
constexpr quint32 BasicGetEmpty = 0x003C0048;
constexpr quint32 BasicAck = 0x003C0050;
constexpr quint32 BasicReject = 0x003C005A;
constexpr quint32 BasicRecover = 0x003C006E;
constexpr quint32 BasicRecoverOk = 0x003C006F;
constexpr quint32 BasicNack = 0x003C0078;
constexpr quint32 TxSelect = 0x005A000A;
constexpr quint32 TxSelectOk = 0x005A000B;
constexpr quint32 TxCommit = 0x005A0014;
constexpr quint32 TxCommitOk = 0x005A0015;
constexpr quint32 ConfirmSelect = 0x0055000A;
constexpr quint32 ConfirmSelectOk = 0x0055000B;

} // namespace Qombu::Amqp::MethodId

namespace Qombu::Amqp {

QString methodName(quint32 id); // "queue.declare"; by numbers, if it is none of these

} // namespace Qombu::Amqp
