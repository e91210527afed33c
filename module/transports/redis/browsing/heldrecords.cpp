// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/browsing/heldrecords.h"

namespace Qombu::Redis {

namespace {

struct Reading : std::enable_shared_from_this<Reading>
{
    CommandSender *sender;
    QByteArray key;
    std::vector<QByteArray> tags;
    qint64 wholeBytes = 0;
    std::function<void(Result<std::vector<HeldRecord>>)> done;
    std::vector<HeldRecord> records = {}; // beside tags
    std::size_t open = 0; // contents without an answer
    Error error = {};

    void askSizes()
    {
        records.resize(tags.size());
        std::vector<RespCommand> commands;
        for (const QByteArray &tag : tags)
            commands.push_back({"HSTRLEN", key, tag});
        sendEach(
            *sender, std::move(commands),
            [self = shared_from_this()](std::size_t i, const Result<RespValue> &size) {
                // Where the question is not granted the contents tell.
                self->records[i].size = size ? size->integer : 1;
            },
            [self = shared_from_this()] { self->askContents(); });
    }

    void askContents()
    {
        open = 1;
        for (std::size_t i = 0; i < tags.size(); ++i) {
            if (records[i].size == 0)
                continue;
            ++open;
            if (records[i].size > wholeBytes)
                RecordOutline::ask(*sender, key, tags[i],
                                   [self = shared_from_this(), i](const auto &outline) {
                                       self->outlined(i, outline);
                                   });
            else
                sender->send(
                    {"HGET", key, tags[i]},
                    [self = shared_from_this(), i](const auto &reply) { self->told(i, reply); });
        }
        answered();
    }

    void outlined(std::size_t i, const Result<RecordOutline> &outline)
    {
        if (outline)
            records[i].outline = *outline;
        else if (outline.error().isRecoverable())
            error = outline.error();
        answered();
    }

    void told(std::size_t i, const Result<RespValue> &reply)
    {
        if (reply) {
            records[i].size = reply->text.size();
            records[i].text = reply->text;
        } else if (reply.error().kind() != Error::LimitExceeded) {
            error = reply.error();
        }
        answered();
    }

    void answered()
    {
        if (--open > 0)
            return;
        if (error.isError())
            done(error);
        else
            done(std::move(records));
    }
};

} // namespace

void readHeldRecords(CommandSender &sender, const QByteArray &unackedKey,
                     std::vector<QByteArray> tags, qint64 wholeBytes,
                     std::function<void(Result<std::vector<HeldRecord>>)> done)
{
    const auto reading = std::make_shared<Reading>();
    reading->sender = &sender;
    reading->key = unackedKey;
    reading->tags = std::move(tags);
    reading->wholeBytes = wholeBytes;
    reading->done = std::move(done);
    reading->askSizes();
}

} // namespace Qombu::Redis
