// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "listverb.h"

// What consumers hold: message by message, or counted by channel where the broker tells no more.
class UnackedVerb : public ListVerb
{
public:
    QString name() const override { return QStringLiteral("unacked"); }
    QString example() const override { return QStringLiteral("unacked"); }
    QString summary() const override;
    QString synopsis() const override { return {}; }
    QString jsonKeys() const override;

protected:
    void ask(Session &session, Qombu::Browser &browser) override;

private:
    void show(Session &session, const QList<Qombu::UnackedRow> &held);
    void askChannels(Session &session, Qombu::Browser &browser);
    void showChannels(Session &session, const Qombu::RowPage<Qombu::ChannelRow> &channels);
    static Row rowOf(const Qombu::UnackedRow &row);
    static Row channelRowOf(const Qombu::ChannelRow &channel);
};
